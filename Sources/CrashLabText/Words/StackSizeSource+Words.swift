package import CrashLabModel

extension StackSizeSource {
  /// What has set the size, and how to set another.
  ///
  /// - Parameter size: of the stack in bytes; nil if it is not known.
  package func inWords(size: Int?) -> String {
    let bytes = size.map { " (\(bytesInWords($0)))" } ?? ""
    switch self {
    case .resourceLimit:
      return "set by RLIMIT_STACK\(bytes): `ulimit -s KIB` in the shell that starts it"
    case .changedLimit:
      return "RLIMIT_STACK, which was changed after the program's start: setrlimit in it, or "
        + "prlimit"
    case .addressSpaceLimit:
      return "RLIMIT_AS is used up before its own limit: `ulimit -v KIB` in the shell that starts "
        + "it"
    case .threadDefault:
      return "the default of threads\(bytes), RLIMIT_STACK at the start: `ulimit -s KIB` before "
        + "it, or pthread_attr_setstacksize"
    case .threadAttribute:
      return "set by whoever made the thread\(bytes): pthread_attr_setstacksize"
    case .thread:
      return "set by pthread_attr_setstacksize, or by RLIMIT_STACK at the start\(bytes)"
    case .musl:
      return "musl's default of threads\(bytes): link with -Wl,-z,stack-size=BYTES, or "
        + "pthread_attr_setstacksize"
    case .openMP: return "set by OpenMP\(bytes): OMP_STACKSIZE=16M in the environment"
    case .rust:
      return "set by Rust's std::thread\(bytes): RUST_MIN_STACK=BYTES in the environment, or "
        + "Builder::stack_size"
    case .java: return "set by Java\(bytes): -Xss16m"
    case .coroutine: return "set by whoever made the coroutine\(bytes)"
    case .alternateStack: return "set by sigaltstack\(bytes): a larger ss_size"
    }
  }
}

extension Fault.HandlerOutcome {
  /// The code that is missing for the handler to run; nil if it is not one line.
  package func missingCode(_ facts: HandlerFacts?) -> String? {
    let flag = "action.sa_flags |= SA_ONSTACK"
    let stack =
      "sigaltstack(&(stack_t){.ss_sp = malloc(65536), .ss_size = 65536}, NULL)"
    switch self {
    case .noAlternateStack:
      return facts?.usesAlternateStack == false
        ? "\(stack) in this thread; \(flag) before sigaction" : "\(stack) in this thread"
    case .notOnAlternateStack:
      return facts?.alternateStackIsKnown == true && facts?.alternateStack == nil
        ? "\(flag) before sigaction; \(stack) in this thread" : "\(flag) before sigaction"
    case .alternateStackTooSmall:
      return "a larger ss_size: sysconf(_SC_MINSIGSTKSZ) and what the handler needs"
    default: return nil
    }
  }
}
