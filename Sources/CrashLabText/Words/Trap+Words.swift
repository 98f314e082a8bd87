internal import CrashLabModel

extension FaultReport {
  /// What is no fault of memory, as far as the signal's code and the instruction tell.
  var trapInWords: String {
    switch (signal, code, instruction?.text) {
    case (.ill, _, "ud2"?):
      ": ud2, which a compiler puts where a check has failed or where no way leads (__builtin_trap)"
    case (.fpe, "FPE_INTDIV", _):
      ": an integer was divided by zero, or the quotient has no room in its register"
    default: ", not a memory fault"
    }
  }
}
