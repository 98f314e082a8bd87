import CrashLab

let swiftFatalError = CrashCase(
  "swift-fatal-error", "fatalError.",
  lesson: """
    A trap is no memory fault: the program has ended itself with an instruction that the processor \
    refuses. SIGILL (SIGTRAP on aarch64) and no address, however deep the stack was.
    """,
  expect: .dies(trapExpectation)
) { child in
  child.thread("trapper") { fatalError("on purpose") }
}

private var trapExpectation: FaultExpectation {
  #if arch(arm64)
    .init(.trap, code: .trapBrkpt, site: .init(.notAFault), frames: ["_assertionFailure"])
  #else
    .init(.ill, code: .illOpn, site: .init(.notAFault), frames: ["_assertionFailure"])
  #endif
}
