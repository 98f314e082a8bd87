package import CrashLabModel

/// The stack that a closure is tried on.
public enum TrialStack: Sendable, Hashable, Codable {
  /// The main thread's.
  ///
  /// - `limit`: bytes of soft RLIMIT_STACK; nil: as it is.
  case main(limit: Int? = nil)
  /// A new thread's.
  ///
  /// - `size`: bytes, of which a few KiB are the thread's own; nil: the system's default.
  /// - `guard`: bytes; nil: the system's default.
  /// - `name`: what a report calls it; the kernel keeps 15 bytes of it.
  case thread(size: Int? = nil, guard: Int? = nil, name: String = threadName)

  /// What a report calls a thread without a name of its own.
  public static let threadName = "trial"
}

extension CrashCase {
  /// A closure as a case. Nothing is expected of it: what came of it is for others to judge.
  init(_ name: String, on stack: TrialStack, timeout: Double, body: @escaping @Sendable () -> Void)
  {
    var limit: Int? = nil
    if case .main(let asked) = stack { limit = asked }
    self.init(
      name, "", lesson: "", deadline: timeout, stackLimit: limit,
      expect: Expectation(ending: .survives)
    ) { child in
      switch stack {
      case .main:
        body()
        child.noteStackUse()
      case .thread(let size, let guardSize, let name):
        child.thread(name, stackSize: size, guardSize: guardSize) {
          body()
          child.noteStackUse()
        }
      }
    }
  }
}

extension TrialResult {
  /// Bytes of stack that a closure had touched when it came to its end, in whole pages; nil if it
  /// did not come to its end.
  public var stackTouched: Int? {
    counters[TrialResult.stackUseName]
  }

  /// The first fault that a stack's overflow raised.
  public var overflow: Fault? { faults.first { $0.site.isOverflow } }

  fileprivate static let stackUseName = "bytes of stack touched"
}

extension Child {
  /// Notes how much of the calling thread's stack was ever touched.
  fileprivate func noteStackUse() {
    note(TrialResult.stackUseName, stackTouched())
  }
}
