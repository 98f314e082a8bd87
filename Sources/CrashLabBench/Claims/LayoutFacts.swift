internal import CrashLab
package import CrashLabModel

/// Where stacks lay in several processes: values only.
package struct LayoutFacts: Sendable, Equatable {
  /// One execution of another program, with one thread.
  package struct Execution: Sendable, Equatable {
    package var code: Address
    package var heap: Address?
    /// The highest library.
    package var library: Address
    package var stack: Address
    /// Bytes of main stack mapped at start.
    package var stackMapped: Int

    package var isInTextbookOrder: Bool {
      guard let heap else { return false }
      return code < heap && heap < library && library < stack
    }
  }

  /// The stacks of the threads of one process.
  package struct Threads: Sendable, Equatable {
    package struct Stack: Sendable, Equatable {
      package var low: Address
      package var high: Address
      /// Bytes below it that permit nothing; 0 if there are none.
      package var guardSize: Int
    }

    /// That was asked for, in bytes.
    package var size: Int
    /// In ascending order.
    package var stacks: [Stack]
    /// A thread that was started when all had ended got a stack that one of them had had.
    package var isReused: Bool
    /// All lie above the heap and below the main stack.
    package var areBetweenHeapAndMainStack: Bool

    /// Pairs of neighbours with nothing between them but the upper one's guard.
    package var adjacent: Int {
      zip(stacks, stacks.dropFirst()).count { lower, upper in
        upper.low.value - lower.high.value == UInt64(upper.guardSize)
      }
    }
  }

  /// The main stack as it was touched deeper and deeper.
  package struct Growth: Sendable, Equatable {
    /// Bytes that were mapped before, and after each step.
    package var mapped: [Int]
    /// Bytes of a step.
    package var step: Int

    package var growsStepByStep: Bool {
      mapped.count > 1 && zip(mapped, mapped.dropFirst()).allSatisfy { $1 - $0 == step }
    }
  }

  package var executions: [Execution]
  package var threads: [Threads]
  package var growth: Growth
  /// RLIMIT_STACK, bytes; nil if unlimited.
  package var stackLimit: Int?
}
