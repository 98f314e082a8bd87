/// Where a thread stood at one moment.
package struct SampledTrace: Sendable, Equatable {
  package var stackPointer: Address
  /// From the top of the stack down to the stack pointer, bytes.
  package var depth: Int
  package var trace: Trace

  package init(stackPointer: Address, depth: Int, trace: Trace) {
    self.stackPointer = stackPointer
    self.depth = depth
    self.trace = trace
  }
}

extension StacksReport {
  /// The deepest of the samples that were taken of a group's stacks. What happened between two
  /// samples nobody has seen: it is not the deepest moment.
  public struct DeepestSample: Sendable, Codable {
    /// From the top of the stack down to the stack pointer, bytes.
    public var depth: Int
    public var unwind: UnwindReport

    package init(depth: Int, unwind: UnwindReport) {
      self.depth = depth
      self.unwind = unwind
    }
  }
}
