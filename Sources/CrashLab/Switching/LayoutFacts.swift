/// Where stacks lay in several processes: values only.
public struct LayoutFacts: Sendable, Equatable {
  /// One execution of another program, with one thread.
  public struct Execution: Sendable, Equatable {
    public var code: Address
    public var heap: Address?
    /// The highest library.
    public var library: Address
    public var stack: Address
    /// Bytes of main stack mapped at start.
    public var stackMapped: Int

    public var isInTextbookOrder: Bool {
      guard let heap else { return false }
      return code < heap && heap < library && library < stack
    }
  }

  /// The stacks of the threads of one process.
  public struct Threads: Sendable, Equatable {
    public struct Stack: Sendable, Equatable {
      public var low: Address
      public var high: Address
      /// Bytes below it that permit nothing; 0 if there are none.
      public var guardSize: Int
    }

    /// That was asked for, in bytes.
    public var size: Int
    /// In ascending order.
    public var stacks: [Stack]
    /// A thread that was started when all had ended got a stack that one of them had had.
    public var isReused: Bool
    /// All lie above the heap and below the main stack.
    public var areBetweenHeapAndMainStack: Bool

    /// Pairs of neighbours with nothing between them but the upper one's guard.
    public var adjacent: Int {
      zip(stacks, stacks.dropFirst()).count { lower, upper in
        upper.low.value - lower.high.value == UInt64(upper.guardSize)
      }
    }
  }

  /// The main stack as it was touched deeper and deeper.
  public struct Growth: Sendable, Equatable {
    /// Bytes that were mapped before, and after each step.
    public var mapped: [Int]
    /// Bytes of a step.
    public var step: Int

    public var growsStepByStep: Bool {
      mapped.count > 1 && zip(mapped, mapped.dropFirst()).allSatisfy { $1 - $0 == step }
    }
  }

  public var executions: [Execution]
  public var threads: [Threads]
  public var growth: Growth
  /// RLIMIT_STACK, bytes; nil if unlimited.
  public var stackLimit: Int?
}
