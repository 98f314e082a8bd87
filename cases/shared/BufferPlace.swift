import CrashLab

extension Child {
  /// Notes whether a buffer lies on the calling thread's stack.
  func noteBuffer(_ buffer: UnsafeMutableRawBufferPointer) {
    let stack = ownStack()
    let place = UInt(bitPattern: buffer.baseAddress) &- UInt(bitPattern: stack.limit)
    note("buffer on the stack", place < UInt(stack.size) ? 1 : 0)
  }
}
