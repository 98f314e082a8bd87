internal import CHarness
package import CrashLabModel

/// A named way to crash, or to survive, with what must be seen of it.
public struct CrashCase: Sendable {
  /// Kebab-case; also the name of its file.
  public var name: String
  /// One sentence: what it does.
  public var summary: String
  /// A few sentences: what can be learned from it.
  public var lesson: String
  /// What the machine must have; without it the case is skipped with the reason.
  public var requirements: [CrashCase.Requirement]
  /// Threads that do nothing but beat.
  public var bystanders: Int
  /// Seconds that the body may take, and a handler after its evidence; nil: the run's own.
  public var deadline: Double?
  public var arming: CrashCase.Arming
  /// Its handler cannot run, or cannot tell all: it is traced from its start.
  public var isObserved: Bool
  /// Bytes of soft RLIMIT_STACK that the child is executed again under; nil: it is as forked.
  public var stackLimit: Int?
  /// Variables that the child is executed again with: the loader and the C library read theirs at the
  /// start.
  public var environment: [String: String]
  public var expectation: Expectation
  public var body: @Sendable (Child) -> Void

  public init(
    _ name: String, _ summary: String, lesson: String,
    requires requirements: [CrashCase.Requirement] = [],
    bystanders: Int = 2, deadline: Double? = nil, arming: CrashCase.Arming = [],
    observed: Bool = false,
    stackLimit: Int? = nil, environment: [String: String] = [:], expect: Expectation,
    body: @escaping @Sendable (Child) -> Void
  ) {
    self.name = name
    self.summary = summary
    self.lesson = lesson
    self.requirements = requirements
    self.bystanders = bystanders
    self.deadline = deadline
    self.arming = arming
    self.isObserved = observed
    self.stackLimit = stackLimit
    self.environment = environment
    self.expectation = expect
    self.body = body
  }
}

extension CrashCase {
  /// How a thread or a process of a case is armed, where not in the usual way.
  public struct Arming: OptionSet, Sendable {
    public var rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let noAlternateStack = CrashCase.Arming(
      rawValue: CLAB_ARM_NO_ALTERNATE_STACK.rawValue)
    /// SA_ONSTACK is left out.
    public static let notOnStack = CrashCase.Arming(rawValue: CLAB_ARM_NO_ONSTACK.rawValue)
    /// SA_NODEFER: a fault inside the handler is caught too.
    public static let noDefer = CrashCase.Arming(rawValue: CLAB_ARM_NODEFER.rawValue)
    public static let noHandler = CrashCase.Arming(rawValue: CLAB_ARM_NO_HANDLER.rawValue)
    /// SIGSEGV is blocked in this thread.
    public static let blocked = CrashCase.Arming(rawValue: CLAB_ARM_BLOCKED.rawValue)
    /// SIGSEGV is ignored instead of handled, in the whole process.
    public static let ignored = CrashCase.Arming(rawValue: CLAB_ARM_IGNORED.rawValue)
  }
}
