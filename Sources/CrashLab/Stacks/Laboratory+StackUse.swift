internal import CHarness
internal import CrashLabModel
internal import Glibc

extension Laboratory {
  /// How many bytes of stack a closure uses, to the byte: from the call of it down to the lowest byte
  /// that was written.
  ///
  /// It runs in the calling thread, on a stack of its own that was filled beforehand. A place that it
  /// moves the stack pointer over, and never writes, at its deepest point is not counted. Nothing is
  /// tried here: if it needs more than the room, this process dies in that stack's guard.
  ///
  /// Signals that come from elsewhere wait in this thread until it returns: their frames, of some
  /// thousand bytes, would be taken for the closure's. Generic code that is not optimised asks the
  /// Swift runtime's tables at its deepest point, and takes some 100 bytes more of stack there where
  /// another thread has just added to them.
  ///
  /// - Parameters:
  ///   - room: bytes of the stack.
  ///   - body: may capture whatever it likes.
  /// - Throws: SystemError if there is no memory for the stack; what the closure throws.
  public static func stackUse(room: Int = 8 << 20, _ body: () throws -> Void) throws -> Int {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let guardSize = 16 * page
    let size = max(16 * page, min(room, 1 << 40) / page * page)
    guard let limit = clab_map_stack(0, false, guardSize, size) else {
      throw SystemError("mmap", "a stack of \(size) bytes")
    }
    defer { munmap(limit - guardSize, guardSize + size) }
    let mask = SignalMask(blockingArrivals: ())
    defer { withExtendedLifetime(mask) {} }
    // What the call of an empty closure takes is nobody's.
    let alone = try used({}, on: limit, size: size)
    return max(0, try used(body, on: limit, size: size) - alone)
  }

  private static func used(
    _ body: () throws -> Void, on limit: UnsafeMutableRawPointer, size: Int
  ) throws -> Int {
    memset(limit, Int32(ThreadStack.pattern), size)
    var problem: (any Error)?
    let coroutine = UnsafeMutablePointer<clab_coroutine>.allocate(capacity: 1)
    defer { coroutine.deallocate() }
    withoutActuallyEscaping(body) { body in
      let call = Call { do { try body() } catch { problem = error } }
      withExtendedLifetime(call) {
        clab_coroutine_init(
          coroutine, limit, size,
          { if let call = $0 { Unmanaged<Call>.fromOpaque(call).takeUnretainedValue().body() } },
          Unmanaged.passUnretained(call).toOpaque())
        _ = clab_coroutine_resume(coroutine)
      }
    }
    if let problem { throw problem }
    let unused = UnsafeRawBufferPointer(start: limit, count: size).unusedBytes
    return size - unused
  }
}

extension UnsafeRawBufferPointer {
  /// How many bytes at the beginning still hold the pattern.
  fileprivate var unusedBytes: Int {
    let page = 4096  // Any step will do.
    var start = 0
    while let low = baseAddress, start + page <= count, self[start] == ThreadStack.pattern,
      memcmp(low + start, low + start + 1, page - 1) == 0
    {
      start += page
    }
    return self[start...].firstIndex { $0 != ThreadStack.pattern } ?? count
  }
}

private final class Call {
  let body: () -> Void

  init(_ body: @escaping () -> Void) { self.body = body }
}
