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
    if stackSizeSource != nil, site.owner?.kind == .thread,
      let maker = StackSizeSource.maker(of: unwind.frames)
    {
      stackSizeSource = maker
    }
  }
}
