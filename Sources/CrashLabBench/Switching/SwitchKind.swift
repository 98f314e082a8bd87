internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel

/// A way to go from one place to another, or a part that such a way is made of.
package enum SwitchKind: String, Sendable, Codable, CaseIterable {
  case indirectCall = "indirect-call"
  case coroutineInline = "coroutine-inline"
  case coroutine
  case coroutineFull = "coroutine-full"
  case fcontext
  case coroutineResume = "coroutine-resume"
  case getpid
  case sigprocmask
  case swapcontext
  case actorHop = "actor-hop"
  case task
  case yield
  case futex
  case threadYield = "thread-yield"
  case processYield = "process-yield"
  case threadFutexPrivate = "thread-futex-private"
  case threadFutex = "thread-futex"
  case processFutex = "process-futex"

  /// What one operation is.
  package var inWords: String {
    switch self {
    case .indirectCall: "an indirect call"
    case .coroutineInline: "coroutine switch, inlined"
    case .coroutine: "coroutine switch, integer registers"
    case .coroutineFull: "coroutine switch, all that a call preserves"
    case .fcontext: "Boost.Context's jump_fcontext"
    case .coroutineResume: "coroutine resume or suspend"
    case .getpid: "a bare syscall (getpid)"
    case .sigprocmask: "rt_sigprocmask"
    case .swapcontext: "swapcontext"
    case .actorHop: "Swift: a hop to another actor"
    case .task: "Swift: a continuation resumed"
    case .yield: "sched_yield with nobody to yield to"
    case .futex: "futex wake and wait, without a switch"
    case .threadYield: "thread switch, sched_yield"
    case .processYield: "process switch, sched_yield"
    case .threadFutexPrivate: "thread switch, private futex"
    case .threadFutex: "thread switch, shared futex"
    case .processFutex: "process switch, shared futex"
    }
  }

  /// How a sample of it is taken.
  enum Method {
    case loop(clab_switch_kind)
    case ring(clab_member, clab_token)
    case swift(TaskSwitch)
  }

  var method: Method {
    switch self {
    case .indirectCall: .loop(CLAB_SWITCH_INDIRECT_CALL)
    case .coroutineInline: .loop(CLAB_SWITCH_COROUTINE_INLINE)
    case .coroutine: .loop(CLAB_SWITCH_COROUTINE)
    case .coroutineFull: .loop(CLAB_SWITCH_COROUTINE_FULL)
    case .fcontext: .loop(CLAB_SWITCH_FCONTEXT)
    case .coroutineResume: .loop(CLAB_SWITCH_COROUTINE_RESUME)
    case .getpid: .loop(CLAB_SWITCH_GETPID)
    case .sigprocmask: .loop(CLAB_SWITCH_SIGPROCMASK)
    case .swapcontext: .loop(CLAB_SWITCH_SWAPCONTEXT)
    case .actorHop: .swift(.actorHop)
    case .task: .swift(.continuation)
    case .yield: .loop(CLAB_SWITCH_YIELD)
    case .futex: .loop(CLAB_SWITCH_FUTEX)
    case .threadYield: .ring(CLAB_MEMBER_THREAD, CLAB_TOKEN_YIELD)
    case .processYield: .ring(CLAB_MEMBER_PROCESS, CLAB_TOKEN_YIELD)
    case .threadFutexPrivate: .ring(CLAB_MEMBER_THREAD, CLAB_TOKEN_PRIVATE_FUTEX)
    case .threadFutex: .ring(CLAB_MEMBER_THREAD, CLAB_TOKEN_FUTEX)
    case .processFutex: .ring(CLAB_MEMBER_PROCESS, CLAB_TOKEN_FUTEX)
    }
  }

  /// The matching call that does not switch: what is left without it is the switch itself.
  package var withoutSwitch: SwitchKind? {
    switch self {
    case .coroutineInline, .coroutine, .coroutineFull, .fcontext, .coroutineResume, .actorHop,
      .task:
      .indirectCall
    case .swapcontext: .sigprocmask
    case .threadYield, .processYield: .yield
    case .threadFutexPrivate, .threadFutex, .processFutex: .futex
    case .indirectCall, .getpid, .sigprocmask, .yield, .futex: nil
    }
  }

  /// Operations of one sample: a few milliseconds.
  var operations: UInt64 {
    switch method {
    case .loop:
      switch self {
      case .getpid, .sigprocmask, .swapcontext, .yield, .futex: 10_000
      default: 500_000
      }
    case .ring: 1_500
    case .swift: 10_000
    }
  }
}
