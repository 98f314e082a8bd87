extension Fault {
  /// Puts names to the frames of its unwind, and with the names says who ate the stack.
  ///
  /// - Parameters:
  ///   - trace: what the unwind was made of.
  ///   - names: of `trace.codeAddresses`, in their order.
  ///   - missing: images of which names or lines are missing.
  package mutating func take(_ names: [CodeName], missing: [MissingNames] = [], of trace: Trace) {
    guard var unwind else { return }
    unwind.take(names, missing: missing, of: trace, stackSize: site.stackSize)
    self.unwind = unwind
    abortMessage = abortMessage ?? AbortMessage(text: failedCheck)
    if stackSizeSource != nil, site.owner?.kind == .thread,
      let maker = StackSizeSource.maker(of: unwind.frames)
    {
      stackSizeSource = maker
    }
  }

  /// The check of Swift's compiler that failed. It calls nothing: an instruction that is none ends
  /// it, and its debug information has the reason as the name of an inlined function.
  private var failedCheck: String? {
    guard [.ill, .trap].contains(signal), !code.isSent else { return nil }
    let inlined = unwind?.frames.first?.inlined?.first?.symbol
    return inlined.flatMap { $0.hasPrefix("Swift runtime failure: ") ? $0 : nil }
  }
}
