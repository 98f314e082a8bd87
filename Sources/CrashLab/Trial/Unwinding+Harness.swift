internal import CHarness
internal import CrashLabModel

extension Unwinding {
  /// What the harness calls it.
  var harnessMode: clab_unwinding {
    switch self {
    case .folded: CLAB_UNWIND_FOLDED
    case .plain: CLAB_UNWIND_PLAIN
    case .none: CLAB_UNWIND_NONE
    case .oracle: CLAB_UNWIND_ORACLE
    }
  }
}
