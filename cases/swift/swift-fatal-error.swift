import CrashLab

let swiftFatalError = CrashCase(
  "swift-fatal-error", "fatalError.",
  lesson: """
    A trap is not a memory fault: the program ends itself with an instruction that the processor \
    refuses. SIGILL (SIGTRAP on aarch64) without an address, however deep the stack was.
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
