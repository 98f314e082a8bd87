internal import CHarness
package import CrashLabModel
internal import Glibc

/// A process one of whose threads has crashed and waits in the reporter's handler until it is looked
/// at.
///
/// The thread is told to come back from its handler: then it gets its signal once more, everything
/// as it was in the moment of the crash, and stands there as a program does that was traced from
/// its start. So what is told is what `ForeignProgram` tells.
package struct DyingProcess {
  /// The process, its thread that has crashed, and the address of the word that this one waits for.
  package init(_ process: Int32, thread: Int32, word: UInt64) {
    self.process = process
    self.thread = thread
    self.word = word
  }

  private let process: Int32
  private let thread: Int32
  private let word: UInt64

  /// From the handler to the signal it is a way of microseconds. Nanoseconds.
  private static let patience: UInt64 = 2_000_000_000

  /// Nanoseconds.
  private static let patienceWithYama: UInt64 = 500_000_000

  /// Looks at it, and lets it die.
  ///
  /// - Parameter tell: is given what was seen while the process still stands: with the first process
  ///   of a container everything in it ends. `termination` is nil: it is still to come.
  /// - Throws: SystemError if the process can't be looked at; before the thread was told, its handler
  ///   goes on without this process.
  package func look(machine: () -> Machine, tell: (TrialResult) throws -> Void) throws {
    // Mounted for another pid namespace, /proc tells of other processes under these numbers.
    guard DyingProcess.ownNumberInProc == getpid() else {
      throw SystemError.noLook(at: process, "find in /proc", code: ESRCH)
    }
    let directory = try ProcessDirectory(process)
    try seize()
    var others = HeldThreads(of: process)
    try others.stopAll(in: directory, but: thread)
    let observer = Observer(process, scope: .crash)
    let refusal = clab_observer_write_word(thread, word, 1)
    if refusal != 0 {
      throw SystemError.noLook(at: process, "process_vm_writev to", code: refusal)
    }
    guard let pending = signal(of: observer) else {
      throw SystemError.noLook(at: process, "wait for the signal of", code: ETIMEDOUT)
    }
    defer { letDie(of: pending.evidence, by: observer) }
    try tell(result(of: pending, by: observer, others: others.standing, machine: machine()))
  }

  /// Where Yama restricts ptrace it is permitted once the handler has named this process, which it does
  /// after it has started it.
  private func seize() throws(SystemError) {
    let until = clab_now() + DyingProcess.patienceWithYama
    while true {
      let error = clab_observer_seize(thread, CLAB_OBSERVE_OUTLIVED.rawValue)
      if error == 0 { return }
      guard error == EPERM, clab_now() < until else {
        throw SystemError.noLook(at: process, "ptrace(PTRACE_SEIZE) of", code: error)
      }
      usleep(2000)
    }
  }

  private static var ownNumberInProc: pid_t? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { text in
      let count = readlink("/proc/self", text.baseAddress!, text.count - 1)
      guard count > 0 else { return nil }
      text[count] = 0
      return pid_t(String(cString: text.baseAddress!))
    }
  }

  private func signal(of observer: Observer) -> PendingSignal? {
    let until = clab_now() + DyingProcess.patience
    while clab_now() < until {
      switch observer.next() {
      case .signal(let pending) where pending.thread == thread: return pending
      case .signal(let pending): observer.goOn(pending.thread)
      case .ended: return nil
      case nil: usleep(100)
      default: break
      }
    }
    return nil
  }

  private func result(
    of pending: PendingSignal, by observer: Observer, others: Set<Int32>, machine: Machine
  ) throws -> TrialResult {
    let evidence = pending.evidence
    let masks = try observer.masks.read(of: thread, in: process)
    let setup =
      masks.flatMap { masks in
        evidence.isFault
          ? Asking(thread: thread, isFiltered: masks.isFiltered, ignored: 0)(evidence.signal) : nil
      }
    let fault = try ObservedFault(
      pending, handler: HandlerFacts(isCaught: false), setup: setup, machine: machine)
    let snapshot = ThreadsSnapshot(
      standing: fault.threads.filter { others.contains($0.id) }, of: thread,
      mappings: fault.mappings)
    let symbolicator = Symbolicator(keepsProcess: false)
    // Under the process's number nothing is told once its first thread has ended.
    var seen = TrialResult(command: processArguments(of: thread))
    seen.faults = [fault.named(with: symbolicator)]
    seen.threads = snapshot.reports(by: .observer, with: symbolicator)
    seen.images = snapshot.images
    seen.instrumentErrors = observer.errors
    return seen
  }

  /// The thread goes first: the others end with it, where they stand.
  private func letDie(of evidence: Evidence, by observer: Observer) {
    var inits = NamespaceInit()
    if inits.diesOnlyUntraced(of: evidence) { return observer.dieUntraced(thread) }
    let status = evidence.signal.number << 8 | 0x7f  // as waitpid tells a stop
    var stands = clab_held(
      thread: thread, state: CLAB_HOLD_STANDS.rawValue, status: status, error: 0)
    clab_observer_release(&stands, 1)
  }
}
