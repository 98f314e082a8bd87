/// A layout as scripts read it, schema 1.
public struct LayoutReport: Sendable, Codable {
  public struct Subject: Sendable, Codable {
    public var id: Int32
    public var program: String
    /// The argument list, where the laboratory started it.
    @Nullable public var command: [String]?
    public var threads: Int
    /// Threads whose stack was not found: they ran or ended in that moment.
    public var threadsWithoutStack: Int

    package init(
      id: Int32, program: String, command: [String]? = nil, threads: Int, threadsWithoutStack: Int
    ) {
      self.id = id
      self.program = program
      self.command = command
      self.threads = threads
      self.threadsWithoutStack = threadsWithoutStack
    }
  }

  public struct Neighbour: Sendable, Codable {
    package var kind: StackOccupancy.Neighbour.Kind
    public var name: String
    /// Bytes from the stack limit down, the guard included.
    public var distance: Int

    package init(kind: StackOccupancy.Neighbour.Kind, name: String, distance: Int) {
      self.kind = kind
      self.name = name
      self.distance = distance
    }
  }

  public struct Thread: Sendable, Codable {
    public var id: Int32
    public var name: String

    package init(id: Int32, name: String) {
      self.id = id
      self.name = name
    }
  }

  public struct Stack: Sendable, Codable {
    public var kind: StackKind
    public var name: String
    @Nullable public var number: Int?
    @Nullable public var thread: Int32?
    package var evidence: FoundStack.Evidence
    public var limit: Address
    /// One past the highest.
    public var top: Address
    /// Bytes, as all that follow.
    public var size: Int
    @Nullable public var stackPointer: Address?
    @Nullable public var inUse: Int?
    public var touched: Int
    public var resident: Int
    public var largestStep: Int
    public var `guard`: Guard
    public var guardSize: Int
    @Nullable public var below: Neighbour?
    package var warnings: [LayoutWarning]

    package init(
      kind: StackKind, name: String, number: Int? = nil, thread: Int32? = nil,
      evidence: FoundStack.Evidence, limit: Address, top: Address, size: Int,
      stackPointer: Address? = nil, inUse: Int? = nil, touched: Int, resident: Int,
      largestStep: Int,
      `guard`: Guard, guardSize: Int, below: Neighbour? = nil, warnings: [LayoutWarning]
    ) {
      self.kind = kind
      self.name = name
      self.number = number
      self.thread = thread
      self.evidence = evidence
      self.limit = limit
      self.top = top
      self.size = size
      self.stackPointer = stackPointer
      self.inUse = inUse
      self.touched = touched
      self.resident = resident
      self.largestStep = largestStep
      self.guard = `guard`
      self.guardSize = guardSize
      self.below = below
      self.warnings = warnings
    }
  }

  public var schemaVersion = RunReport.schemaVersion
  public var machine: Machine
  public var process: Subject
  /// Bytes of the largest frame without probes in the program's files; null if not looked for.
  @Nullable public var largestFrame: Int?
  /// Microseconds that the look took.
  public var duration: Double
  package var areas: [AddressArea]
  /// In ascending order.
  public var stacks: [Stack]
  /// Threads whose stack was not found.
  public var unseen: [Thread]

  package init(
    _ layout: Layout, command: [String]? = nil, largestFrame: Int? = nil, machine: Machine
  ) {
    let seen = Set(layout.uses.compactMap(\.stack.region.thread))
    self.machine = machine
    unseen = layout.threads.filter { !seen.contains($0.id) }
      .map { Thread(id: $0.id, name: $0.name) }
    process = Subject(
      id: layout.process, program: layout.program, command: command,
      threads: layout.threads.count, threadsWithoutStack: unseen.count)
    self.largestFrame = largestFrame
    duration = layout.duration
    areas = layout.areas
    stacks = layout.uses.map { Stack($0, largestFrame: largestFrame) }
  }
}

extension LayoutReport.Stack {
  package init(_ use: StackOccupancy, largestFrame: Int? = nil) {
    let region = use.stack.region
    self.init(
      kind: region.kind, name: region.name, number: region.number, thread: region.thread,
      evidence: use.stack.evidence, limit: region.low, top: region.high, size: region.size,
      stackPointer: use.stack.stackPointer, inUse: use.inUse, touched: use.touched,
      resident: use.resident, largestStep: use.largestStep, guard: region.guard,
      guardSize: region.guard.size,
      below: use.below.map { .init(kind: $0.kind, name: $0.name, distance: $0.distance) },
      warnings: LayoutWarning.judge(use, largestFrame: largestFrame))
  }
}
