internal import CHarness
internal import CrashLabModel
internal import Glibc

/// A process seen from outside, through ptrace, from its start: it stops at every signal that is of
/// interest, and goes on when its evidence was taken. It knows nothing of trials: what to make of a
/// fault is up to whoever asks.
final class Observer {
  enum Event {
    /// A thread stands at a signal that is about to be delivered; `goOn` lets it.
    case signal(PendingSignal)
    /// A thread is about to end, and the whole process with it; `goOn` lets it.
    case leaving(Int32, in: pid_t)
    /// A thread is about to end by this signal, which may have come to another; `goOn` lets it.
    case dying(Int32, in: pid_t, by: Signal)
    /// A process has become another program, and has executed nothing of it; `goOn` lets it.
    case executed(pid_t)
    /// A process has ended. `letGo`: it was untraced by then, and nothing of it is left.
    case ended(pid_t, Termination, letGo: Bool)
  }

  /// What is looked at.
  struct Scope {
    /// Where threads are waited for; 0: among all children.
    var group: pid_t
    /// Other signals go on by themselves.
    var signals: Set<CInt>
    /// Of every signal, before anybody has asked.
    var unwinding: clab_unwinding
    /// Also the processes that it starts; it was seized so (`Scope.flags`).
    var followsForks = false
    /// It goes on when this process ends.
    var isOutlived = false

    /// A trial, which leads a process group.
    static func trial(_ process: pid_t, unwinding: clab_unwinding) -> Scope {
      Scope(
        group: process,
        signals: [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS],
        unwinding: unwinding)
    }

    /// A process that was seized as it was dying: what ends it. Nobody else may have children in
    /// this process.
    static let crash = Scope(
      group: 0, signals: [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS],
      unwinding: CLAB_UNWIND_NONE, isOutlived: true)

    /// Any program: whatever may end it. Nobody else may have children in this process.
    static func program(followsForks: Bool, isOutlived: Bool) -> Scope {
      let harmless = [SIGCHLD, SIGCONT, SIGURG, SIGWINCH]
      let stopping = [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU]
      return Scope(
        group: 0, signals: Set(1...64).subtracting(harmless + stopping),
        unwinding: CLAB_UNWIND_NONE, followsForks: followsForks, isOutlived: isOutlived)
    }

    /// How a program of this scope is to be seized. Of its first thread the end is seen, also where
    /// no signal tells it (a seccomp filter); of thousands of others that costs too much.
    var flags: UInt32 { flagsOfThread | CLAB_OBSERVE_LEAVING.rawValue }

    /// How each further thread is looked at.
    fileprivate var flagsOfThread: UInt32 {
      CLAB_OBSERVE_EXECUTION.rawValue
        | (followsForks ? CLAB_OBSERVE_FORKS.rawValue | CLAB_OBSERVE_LEAVING.rawValue : 0)
        | (isOutlived ? CLAB_OBSERVE_OUTLIVED.rawValue : 0)
    }
  }

  let process: pid_t
  /// What its threads do with signals.
  let masks = SignalMasksFile()
  private let scope: Scope
  private var standing: [Int32: clab_observed_stop] = [:]
  /// Threads of which is settled whether their ends are seen.
  private var watched: Set<Int32> = []
  /// Whose each thread is, where more than one process is looked at.
  private var owners: [Int32: pid_t] = [:]
  private var departed = DepartedProcesses()
  /// Where the evidence of each signal is written to.
  private var raw = clab_evidence()
  /// How the first process ended.
  private(set) var termination: Termination?
  /// Threads of the first process that SIGSYS has ended: alone, as only a seccomp filter does it,
  /// unless the process ended so too.
  private(set) var threadsRefused = 0
  /// Those of them whose end was seen and is still to be waited for.
  private var refused: Set<Int32> = []
  private var filters = FilterWatch()
  /// What it could not do, or what it has seen and can't be believed (the harness's own mistakes, and
  /// walks that the oracle has not found equal); the first few.
  private(set) var errors: [InstrumentError] = []

  /// - Parameter process: has been seized (clab_observer_seize).
  init(_ process: pid_t, scope: Scope) {
    self.process = process
    self.scope = scope
  }

  /// The next thing that is of interest; everything else goes on by itself.
  ///
  /// - Parameter wait: waits for it. Otherwise nil if nothing has happened. Nil also if all have ended.
  func next(wait: Bool = false) -> Event? {
    var stop = clab_observed_stop()
    while termination == nil || scope.followsForks {
      if let (process, ending) = departed.nextEnd(wait: false) {
        return .ended(process, ending, letGo: true)
      }
      guard clab_observer_wait(scope.group, wait, &stop) == 0,
        stop.kind != CLAB_STOPPED_NOT.rawValue
      else { break }
      if let event = meaning(of: stop) { return event }
    }
    return departed.nextEnd(wait: wait).map { .ended($0, $1, letGo: true) }
  }

  /// Nil if the thread goes on, or has gone, without anybody having to know.
  private func meaning(of stop: clab_observed_stop) -> Event? {
    switch stop.kind {
    case CLAB_STOPPED_ENDED.rawValue:
      standing[stop.thread] = nil
      watched.remove(stop.thread)
      let owner = owners.removeValue(forKey: stop.thread) ?? process
      let ending = Termination(waitStatus: stop.status)
      guard owner == stop.thread else {
        // Once the process is ending the kernel gives each thread's status as the process's.
        let wasCounted = refused.remove(stop.thread) != nil
        if owner == process, ending.signal == .sys, !wasCounted { threadsRefused += 1 }
        return nil
      }
      if owner == process { termination = ending }
      departed.returned(owner)
      return .ended(owner, ending, letGo: false)
    case CLAB_STOPPED_SIGNAL.rawValue where scope.signals.contains(stop.signal):
      if let pending = look(at: stop.thread) {
        standing[stop.thread] = stop
        return .signal(pending)
      }
    case CLAB_STOPPED_LEAVING.rawValue:
      standing[stop.thread] = stop
      return .leaving(stop.thread, in: owner(of: stop.thread))
    case CLAB_STOPPED_EXITING.rawValue:
      standing[stop.thread] = stop
      if let signal = Termination(waitStatus: stop.status).signal {
        if signal == .sys, stop.thread != process, owner(of: stop.thread) == process,
          refused.insert(stop.thread).inserted
        {
          threadsRefused += 1
        }
        return .dying(stop.thread, in: owner(of: stop.thread), by: signal)
      }
      goOn(stop.thread)
      return nil
    case CLAB_STOPPED_EXECUTED.rawValue:
      standing[stop.thread] = stop
      departed.returned(stop.thread)
      return .executed(stop.thread)
    default:
      if isStranger(stop.thread) {
        note(clab_observer_let_go(stop.thread), .resume, of: stop.thread)
        return nil
      }
      if scope.followsForks {
        _ = owner(of: stop.thread)
      } else if scope.group == 0, stop.kind == CLAB_STOPPED_EVENT.rawValue, stop.thread != process,
        watched.insert(stop.thread).inserted
      {
        let isFiltered = filters.isFiltered(stop.thread, in: process, by: masks)
        let flags = isFiltered ? scope.flags : scope.flagsOfThread
        note(clab_observer_change(stop.thread, flags), .watch, of: stop.thread)
      }
    }
    resume(stop)
    return nil
  }

  /// clone(2) without SIGCHLD as the signal of its end makes a process that is traced like a thread.
  private func isStranger(_ thread: Int32) -> Bool {
    scope.group == 0 && !scope.followsForks && !clab_observer_is_of(thread, process)
  }

  /// Lets a thread that stands go on; its signal is delivered.
  func goOn(_ thread: Int32) {
    guard let stop = standing.removeValue(forKey: thread) else { return }
    let isLeaving = [CLAB_STOPPED_LEAVING.rawValue, CLAB_STOPPED_EXITING.rawValue]
      .contains(stop.kind)
    let owner = owner(of: thread)
    guard isLeaving, owner != process else { return resume(stop) }
    departed.leave(
      owner, thread: thread, status: stop.status,
      endsProcess: stop.kind == CLAB_STOPPED_LEAVING.rawValue)
    letGo(thread)
  }

  /// Lets a thread that stands at the signal of a fault fault once more, untraced: the first process
  /// of a pid namespace does not die of it under trace (kernel/signal.c, force_sig_info_to_task).
  func dieUntraced(_ thread: Int32) {
    guard let stop = standing.removeValue(forKey: thread) else { return }
    let owner = owner(of: thread)
    if owner != process {
      departed.leave(owner, thread: thread, status: stop.signal, endsProcess: true)
    }
    letGo(thread)
  }

  private func letGo(_ thread: Int32) {
    owners[thread] = nil
    note(clab_observer_let_go(thread), .resume, of: thread)
  }

  private func resume(_ stop: clab_observed_stop) {
    var stop = stop
    let signal = stop.kind == CLAB_STOPPED_SIGNAL.rawValue ? stop.signal : 0
    note(clab_observer_resume(&stop, signal), .resume, of: stop.thread)
  }

  // A thread that is gone by now was killed: its end is told next.
  private func note(_ error: CInt, _ step: InstrumentError.ObserverStep, of thread: Int32) {
    if error == 0 || error == ESRCH { return }
    note(.observerStep(step, thread: thread, code: error))
  }

  private func note(_ error: InstrumentError) {
    if errors.count < 8 { errors.append(error) }
  }

  /// From now on it is told when this thread, which stands, takes the process with it.
  func watchLeaving(of thread: Int32) {
    watched.insert(thread)
    note(clab_observer_change(thread, scope.flags), .watch, of: thread)
  }

  /// What SIGSYS would have told of a thread that is dying of it; nil if it has made no system call
  /// that was refused.
  func refusedCall(of thread: Int32) -> PendingSignal? {
    guard clab_observer_look_at_refused_call(thread, &raw) == 0 else { return nil }
    let evidence = try? Evidence(raw, process: owner(of: thread), source: .observer)
    return evidence.map { PendingSignal($0, registers: raw.registers) }
  }

  private func look(at thread: Int32) -> PendingSignal? {
    let owner = owner(of: thread)
    let error = clab_observer_look(thread, scope.unwinding.rawValue, &raw)
    note(error, .look, of: thread)
    if error != 0 { return nil }
    do throws(Garbled) {
      return PendingSignal(
        try Evidence(raw, process: owner, source: .observer), registers: raw.registers)
    } catch {
      note(.observerGarbled(error))
      return nil
    }
  }

  private func owner(of thread: Int32) -> pid_t {
    guard scope.followsForks else { return process }
    if let known = owners[thread] { return known }
    let owner = threadGroup(of: thread) ?? thread
    owners[thread] = owner
    return owner
  }
}
