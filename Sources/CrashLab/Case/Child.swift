public import CHarness
internal import CrashLabModel
internal import Glibc

/// The child's side of a trial: what the body of a case may ask of the harness.
///
/// The body runs in a forked process that is about to die. It may start threads and tasks; it must
/// not expect anything to be cleaned up.
public struct Child: Sendable {
  /// Runs `body` on a new armed thread and waits for its end.
  ///
  /// - `name`: at most 15 bytes are seen by the kernel.
  /// - `stackSize`: bytes; nil for the system's default.
  /// - `guardSize`: bytes; nil for the system's default.
  /// - `memory`: the stack itself (pthread_attr_setstack); nil to have one made.
  public func thread(
    _ name: String, stackSize: Int? = nil, guardSize: Int? = nil,
    memory: UnsafeMutableRawPointer? = nil, arming: CrashCase.Arming = [],
    body: @escaping () -> Void
  ) {
    let thread = spawn(
      name, stackSize: stackSize, guardSize: guardSize, memory: memory, arming: arming, body: body)
    pthread_join(thread, nil)
  }

  /// Runs `body` on a new armed thread.
  @discardableResult
  public func spawn(
    _ name: String, stackSize: Int? = nil, guardSize: Int? = nil,
    memory: UnsafeMutableRawPointer? = nil, arming: CrashCase.Arming = [],
    body: @escaping () -> Void
  ) -> pthread_t {
    let argument = Unmanaged.passRetained(Closure(body)).toOpaque()
    var thread = pthread_t()
    let error = name.withCString { name in
      // The thread may read its name after this has returned, so it gets a copy of its own.
      var options = clab_thread_options(
        name: strdup(name), stack_size: stackSize ?? 0,
        guard_size: guardSize ?? Int(bitPattern: UInt.max), stack_memory: memory,
        arm_flags: arming.rawValue)
      return clab_spawn_thread(
        &options, { Unmanaged<Closure>.fromOpaque($0!).takeRetainedValue().body() }, argument,
        &thread)
    }
    if error != 0 { giveUp("a thread could not be started", error) }
    return thread
  }

  /// Arms the calling thread, which somebody else has made (a Dispatch worker, a Task's).
  public func armThisThread(_ name: String, arming: CrashCase.Arming = []) {
    let error = name.withCString { clab_arm_thread($0, arming.rawValue) }
    if error != 0 { giveUp("a thread could not be armed", error) }
  }

  /// Gives the calling thread an alternate stack of the case's own making. A refusal ends the trial:
  /// it is too small for this kernel (ENOMEM), or something is wrong.
  ///
  /// - `flags`: 0 or SS_AUTODISARM.
  public func useAlternateStack(
    _ name: String, at low: UnsafeMutableRawPointer, size: Int, flags: Int32 = 0
  ) {
    let error = name.withCString { clab_use_alternate_stack($0, low, size, flags) }
    if error == ENOMEM {
      skip(
        "the kernel refuses an alternate stack of \(size) bytes: "
          + "its signal frame needs \(clab_minimum_signal_stack())")
    }
    if error != 0 { giveUp("the kernel refuses the alternate stack", error) }
  }

  /// Ends the trial: this machine cannot run the case.
  public func skip(_ reason: String) -> Never {
    reason.withCString { clab_skip($0) }
  }

  /// Ends the trial: something could not be done. Where the machine is out of something (memory,
  /// descriptors, processes) that is an error of the laboratory, else the case is skipped.
  ///
  /// - `error`: an errno; nil for the calling thread's.
  public func giveUp(_ what: String, _ error: CInt? = nil) -> Never {
    let error = error ?? errno
    what.withCString { clab_give_up($0, error) }
  }

  /// Forks a process that dies with this one; 0 in it. A refusal ends the trial: an identifier of -1
  /// must never come to kill, which would take it for everybody.
  public func fork() -> Int32 {
    let process = clab_fork_companion()
    if process < 0 { giveUp("no process could be forked") }
    return process
  }

  /// A figure for the report.
  public func note(_ counter: String, _ value: Int) {
    _ = counter.withCString { clab_note_counter($0, Int64(value)) }
  }

  /// Something that the report's reader should know beside what was measured.
  public func tell(_ text: String) { text.withCString { clab_note_reason($0) } }

  /// Returns the value; the optimizer can assume nothing about it.
  @inline(__always)
  public static func opaque(_ value: Int) -> Int {
    Int(truncatingIfNeeded: clab_optimizer_barrier(UInt64(truncatingIfNeeded: value)))
  }

  private final class Closure {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }
}
