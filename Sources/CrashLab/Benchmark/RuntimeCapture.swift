internal import CHarness
internal import Runtime

/// The Runtime module's own capture of the whole chain, in the handler of a child that has
/// overflowed. It allocates, so that only a benchmark may do this there.
func captureByRuntime(_ overflow: UnsafeMutablePointer<clab_overflow>?) {
  guard let overflow else { return }
  let started = clab_now()
  guard let backtrace = try? Backtrace.capture(limit: nil) else { return }
  overflow.pointee.captured = clab_now() - started
  overflow.pointee.captured_frames = UInt64(backtrace.frames.reduce(0) { count, _ in count + 1 })
}
