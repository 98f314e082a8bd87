internal import CHarness
internal import CrashLabModel
internal import Glibc

// What a child does with its case, from the fork to its end.
extension CrashCase {
  /// Replaces the child by a fresh copy of the program, if this case wants another stack limit or
  /// environment.
  ///
  /// - Parameter arguments: what makes the copy go on as this child; nil: the command's own.
  func executeAgain(arguments: [String]?) {
    if stackLimit == nil, environment.isEmpty { return }
    for (name, value) in environment { setenv(name, value, 1) }
    var vector = (arguments ?? resuming).map { strdup($0) } + [nil]
    Child().giveUp(
      "the child could not be executed again", clab_execute_again(&vector, stackLimit ?? 0))
  }

  /// The command's own arguments. Not inlined: behind `??` Swift 6.2.3 leaves the literal's elements
  /// out (aarch64, optimized).
  @inline(never)
  private var resuming: [String] { ["crashlab", "resume", name] }

  /// The child's whole life.
  func live() -> Never {
    var error = clab_arm(arming.rawValue)
    if error == 0 { error = clab_start_bystanders(UInt32(bystanders)) }
    let child = Child()
    if error != 0 { child.giveUp("the child could not be armed", error) }
    body(child)
    clab_finish(0)
  }
}

extension Laboratory {
  /// Goes on as the child that was executed again for this case. Returns only if this process is no
  /// such child.
  public static func resume(_ crashCase: CrashCase) throws(SystemError) {
    try system("mmap", "the board of a trial") { clab_resume_trial() }
    let error = clab_laboratory_prepare()
    if error != 0 { Child().giveUp("the child could not be prepared", error) }
    crashCase.live()
  }
}
