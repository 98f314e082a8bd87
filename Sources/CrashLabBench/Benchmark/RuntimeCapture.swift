internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Runtime

/// The Runtime module's own capture of the whole chain, at the bottom of a deep recursion of a child:
/// in a handler it does not come back from the alternate stack to the one that overflowed.
func captureByRuntime(_ overflow: UnsafeMutablePointer<clab_overflow>?) {
  guard let overflow else { return }
  let started = clab_now()
  guard let backtrace = try? Backtrace.capture(algorithm: .auto, limit: nil) else { return }
  overflow.pointee.captured = clab_now() - started
  overflow.pointee.captured_frames = UInt64(backtrace.frames.reduce(0) { count, _ in count + 1 })
}
