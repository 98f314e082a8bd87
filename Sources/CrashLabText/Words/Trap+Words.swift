internal import CrashLabModel

extension FaultReport {
  /// What is no fault of memory, as far as the signal's code and the instruction tell.
  var trapInWords: String {
    if let systemCall {
      let who =
        code == "SYS_SECCOMP"
        ? "a seccomp filter" : "the program's own filter (PR_SET_SYSCALL_USER_DISPATCH)"
      return ": \(who) refused the system call \(systemCall.inWords)"
    }
    return switch (signal, code, instruction?.text) {
    case (.ill, _, "ud2"?):
      ": ud2, which a compiler puts where a check has failed or where no way leads (__builtin_trap)"
    case (.fpe, "FPE_INTDIV", _):
      ": an integer was divided by zero, or the quotient has no room in its register"
    default: ", not a memory fault"
    }
  }
}

extension SystemCall {
  /// `getppid (110 of x86_64)`
  var inWords: String {
    let number = "\(number) of \(architecture?.rawValue ?? "an architecture that is not known")"
    return name.map { "\($0) (\(number))" } ?? number
  }
}
