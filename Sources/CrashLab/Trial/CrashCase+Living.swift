internal import CHarness
internal import Glibc

// What a child does with its case, from the fork to its end.
extension CrashCase {
  /// Replaces the child by a fresh copy of the program, if this case wants another stack limit.
  ///
  /// - Parameter arguments: what makes the copy go on as this child; nil: the command's own.
  func executeAgain(arguments: [String]?) {
    guard let limit = stackLimit else { return }
    var vector = (arguments ?? ["crashlab", "resume", name]).map { strdup($0) } + [nil]
    let error = clab_execute_again(&vector, limit)
    "the child could not be executed again: \(String(cString: strerror(error)))".withCString {
      clab_skip($0)
    }
  }

  /// The child's whole life.
  func live() -> Never {
    var error = clab_arm(arming.rawValue)
    if error == 0 { error = clab_start_bystanders(UInt32(bystanders)) }
    if error != 0 {
      "the child could not be armed: \(String(cString: strerror(error)))".withCString {
        clab_skip($0)
      }
    }
    body(Child())
    clab_finish(0)
  }
}

extension Laboratory {
  /// Goes on as the child that was executed again for this case. Returns only if this process is no
  /// such child.
  public static func resume(_ crashCase: CrashCase) throws(SystemError) {
    try system("mmap", "the board of a trial") { clab_resume_trial() }
    clab_laboratory_prepare()
    crashCase.live()
  }
}
