internal import CHarness
internal import CrashLabModel

/// Unwinds a thread that stands still. It is asked for its memory itself: the process's first thread
/// may have ended before, and with it what /proc tells under the process's own number.
func unwind(_ registers: clab_registers, of thread: Int32) -> Trace? {
  var registers = registers
  var raw = clab_trace()
  clab_unwind_process(thread, &registers, CLAB_UNWIND_FOLDED.rawValue, &raw)
  return (try? Trace(raw)) ?? nil
}
