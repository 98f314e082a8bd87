import Testing

@testable import CrashLab
@testable import CrashLabBench

/// A small process: a thread's stack with its guard above a neighbour's, a coroutine's stack, an
/// alternate stack, the main stack, and a file.
private enum Scene {
  static let mappings: [Mapping] = [
    Mapping(
      low: Address(0x40_0000), high: Address(0x50_0000), permissions: [.read, .execute],
      path: "/bin/x"),
    Mapping(low: Address(0x7000_0000), high: Address(0x7010_0000), permissions: [.read, .write]),
    Mapping(low: Address(0x7010_0000), high: Address(0x7010_1000), permissions: []),
    Mapping(low: Address(0x7010_1000), high: Address(0x7020_1000), permissions: [.read, .write]),
    Mapping(low: Address(0x7100_0000), high: Address(0x7100_1000), permissions: []),
    Mapping(low: Address(0x7100_1000), high: Address(0x7101_1000), permissions: [.read, .write]),
    Mapping(
      low: Address(0x7fff_0000), high: Address(0x8000_0000), permissions: [.read, .write],
      path: "[stack]"),
  ]
  static let claims: [StackRegion.Claim] = [
    .init(
      kind: .thread, name: "neighbour", thread: 12, low: Address(0x7000_0000),
      high: Address(0x7010_0000)),
    .init(
      kind: .thread, name: "overflower", thread: 11, low: Address(0x7010_1000),
      high: Address(0x7020_1000)),
    .init(
      kind: .coroutine, name: "parser", number: 1, low: Address(0x7100_1000),
      high: Address(0x7101_1000)),
  ]
  static let stacks = StackRegion.find(
    claims: claims, mappings: mappings, installedGuards: [],
    limits: MainStackLimits(soft: 8 << 20, gap: 1 << 20))

  static func locate(
    _ address: UInt64, code: CInt = 2, signal: Signal = .segv, sp: UInt64, frames: [UInt64] = [],
    thread: Int32 = 11
  ) -> FaultSite {
    FaultSite.locate(
      .init(
        code: SignalCode(code, of: signal), address: Address(address), access: .write,
        stackPointer: Address(sp), thread: thread, frameAddresses: frames.map(Address.init),
        mappings: mappings, stacks: stacks))
  }
}

struct FaultSiteRow: Sendable, CustomStringConvertible {
  var description: String
  var address: UInt64
  var code: CInt = 2
  var signal: Signal = .segv
  var sp: UInt64 = 0x7010_1000
  var frames: [UInt64] = []
  var thread: Int32 = 11
  var kind: FaultSite.Kind
  var owner: String?
  var overshoot: Int?
  var skipped: Int?
  /// The stack had not come there.
  var isStray = false
}

@Test(arguments: [
  FaultSiteRow(
    description: "first byte below the limit", address: 0x7010_0fff, kind: .guard,
    owner: "overflower", overshoot: 1, skipped: 0),
  FaultSiteRow(
    description: "a push", address: 0x7010_0ff8, kind: .guard, owner: "overflower", overshoot: 8,
    skipped: 0),
  FaultSiteRow(
    description: "lowest byte of the guard", address: 0x7010_0000, sp: 0x7010_0000, kind: .guard,
    owner: "overflower", overshoot: 4096, skipped: 0),
  FaultSiteRow(
    description: "a pointer into the guard, farther below than a frame reaches",
    address: 0x7010_0000, sp: 0x7010_1000, kind: .guard, owner: "overflower", overshoot: 4096,
    skipped: 0, isStray: true),
  FaultSiteRow(
    description: "a pointer into the guard of another's stack", address: 0x7010_0ff8,
    sp: 0x7fff_f000, thread: 1, kind: .guard, owner: "overflower", overshoot: 8, skipped: 0,
    isStray: true),
  FaultSiteRow(
    description: "far below the own stack in the main stack's gap", address: 0x7f7f_0000, code: 1,
    sp: 0x7fff_f000, kind: .mainStackLimit, owner: "main", overshoot: 0x1_0000, skipped: 0,
    isStray: true),
  FaultSiteRow(
    description: "one byte past the guard", address: 0x700f_ffff, sp: 0x700f_fff0,
    frames: [0x7020_0000], kind: .pastGuard, owner: "overflower", overshoot: 4097, skipped: 1),
  FaultSiteRow(
    description: "a stack pointer that has come from no stack", address: 0x1_0ff8, code: 1,
    sp: 0x1_1000, kind: .unmapped),
  FaultSiteRow(
    description: "stack pointer deep in the neighbour", address: 0x7008_0000, code: 2,
    sp: 0x7008_0000, frames: [0x7020_0000], kind: .pastGuard, owner: "overflower",
    overshoot: 0x8_1000, skipped: 0x8_0000),
  FaultSiteRow(
    description: "past the top of the own stack, into the guard above", address: 0x7010_0008,
    sp: 0x700f_0000, thread: 12, kind: .mapping),
  FaultSiteRow(
    description: "a pointer into the neighbour's stack", address: 0x7008_0000, sp: 0x7018_0000,
    kind: .otherStack, owner: "neighbour"),
  FaultSiteRow(
    description: "a hole in the own stack", address: 0x7018_0000, code: 1, sp: 0x7017_0000,
    kind: .ownStack, owner: "overflower"),
  FaultSiteRow(
    description: "the coroutine's guard", address: 0x7100_0ff8, sp: 0x7100_1000, kind: .guard,
    owner: "parser", overshoot: 8, skipped: 0),
  FaultSiteRow(
    description: "below the main stack's limit", address: 0x7f7f_fff8, code: 1, sp: 0x7f80_0000,
    kind: .mainStackLimit, owner: "main", overshoot: 8, skipped: 0),
  FaultSiteRow(
    description: "far below the main stack's limit", address: 0x7f60_0000, code: 1, sp: 0x7f60_0000,
    frames: [0x7fff_f000], kind: .mainStackLimit, owner: "main", overshoot: 0x20_0000,
    skipped: 0x10_0000),
  FaultSiteRow(description: "null", address: 0, code: 1, kind: .nullPage),
  FaultSiteRow(description: "null with an offset", address: 0xffff, code: 1, kind: .nullPage),
  FaultSiteRow(
    description: "just above the null page", address: 0x1_0000, code: 1, kind: .unmapped),
  FaultSiteRow(description: "code", address: 0x40_0010, kind: .mapping),
  FaultSiteRow(description: "wild", address: 0x1234_5678_0000, code: 1, kind: .unmapped),
  FaultSiteRow(description: "refused", address: 0, code: 128, kind: .refused),
  FaultSiteRow(description: "sent by kill", address: 0x7010_0ff8, code: 0, kind: .notAFault),
  FaultSiteRow(description: "sent by tgkill", address: 0x7010_0ff8, code: -6, kind: .notAFault),
  FaultSiteRow(description: "a trap", address: 0x40_0010, code: 2, signal: .ill, kind: .notAFault),
  FaultSiteRow(
    description: "only the outermost frame is still on the stack: its address is the stack's end",
    address: 0x700f_ffff, sp: 0x700f_fff0, frames: [0x7020_1000], kind: .pastGuard,
    owner: "overflower", overshoot: 4097, skipped: 1),
  FaultSiteRow(
    description: "a word below the red zone", address: 0x6fff_fff8, code: 1, sp: 0x7000_0080,
    thread: 12, kind: .pastGuard, owner: "neighbour", overshoot: 8, skipped: 8),
  FaultSiteRow(
    description: "farther below the stack pointer than any access of the stack's own",
    address: 0x6fff_fff7, code: 1, sp: 0x7000_0080, thread: 12, kind: .unmapped),
  FaultSiteRow(
    description: "in the gap below the main stack, by another thread", address: 0x7f7f_0000,
    code: 1, sp: 0x7018_0000, kind: .mainStackLimit, owner: "main", overshoot: 0x1_0000,
    skipped: 0, isStray: true),
  FaultSiteRow(
    description: "bus error in the guard", address: 0x7010_0ff8, signal: .bus, kind: .guard,
    owner: "overflower", overshoot: 8, skipped: 0),
])
func locatesFault(_ row: FaultSiteRow) {
  let site = Scene.locate(
    row.address, code: row.code, signal: row.signal, sp: row.sp, frames: row.frames,
    thread: row.thread)
  #expect(site.kind == row.kind)
  #expect((site.strayBy != nil) == row.isStray)
  let isBelowAStack = [.guard, .pastGuard, .mainStackLimit].contains(row.kind)
  #expect(site.isOverflow == (isBelowAStack && !row.isStray))
  if let owner = row.owner { #expect(site.owner?.name == owner) }
  if let overshoot = row.overshoot { #expect(site.overshoot == overshoot) }
  if let skipped = row.skipped { #expect(site.skipped == skipped) }
}

/// Stacks may lie inside others: a handler's on a thread's own stack, a coroutine's in a coroutine's.
/// The innermost is the one in use; it is the last in the list.
@Test(
  arguments: [
    (0x7018_0000, "", .alternateStack), (0x7017_8000, "", .alternateStack),
    (0x7017_7fff, "overflower", .thread), (0x7019_0000, "overflower", .thread),
  ] as [(UInt64, String, StackKind)])
func innermostOfNestedStacksIsInUse(sp: UInt64, name: String, kind: StackKind) {
  let nested = StackRegion.Claim(
    kind: .alternateStack, name: "", thread: 11, low: Address(0x7017_8000),
    high: Address(0x7018_8000))
  let facts = FaultSite.Facts(
    code: SignalCode(2, of: .segv), address: Address(sp + 8), access: .write,
    stackPointer: Address(sp + 1), thread: 11, mappings: Scene.mappings,
    stacks: StackRegion.adding(nested, to: Scene.stacks, mappings: Scene.mappings))
  let stack = FaultSite.stackInUse(facts)
  #expect(stack?.kind == kind)
  #expect(stack?.name == name)
}

/// What is taken back from a stack was put there before: below the limit it was another's.
@Test(arguments: [false, true]) func popIsNoOverflow(pops: Bool) {
  let stack = Scene.stacks.first { $0.kind == .thread }!
  var facts = FaultSite.Facts(
    code: SignalCode(1, of: .segv), address: Address(stack.low.value - 8), access: .read,
    stackPointer: Address(stack.low.value - 8), thread: stack.thread ?? 0,
    mappings: Scene.mappings, stacks: Scene.stacks)
  facts.pops = pops
  #expect(FaultSite.locate(facts).isOverflow == !pops)
}

/// The processor's alignment check: x86 kernels say address 0, which is none.
@Test(arguments: [(UInt64(0), FaultSite.Kind.refused), (0x7017_8001, .mapping)])
func misalignedWithoutAnAddressIsNoNullPage(address: UInt64, kind: FaultSite.Kind) {
  let mapping = Mapping(
    low: Address(0x7017_8000), high: Address(0x7017_9000), permissions: [.read, .write])
  let facts = FaultSite.Facts(
    code: SignalCode(1, of: .bus), address: Address(address), access: .read,
    stackPointer: Address(0x7117_8000), thread: 1, mappings: [mapping], stacks: [])
  #expect(FaultSite.locate(facts).kind == kind)
}

/// A guard that was asked for goes on into the memory below only as far as it was asked for.
@Test(
  arguments: [
    (0, 0x1000), (0xfff, 0x1000), (0x1000, 0x1000), (0x1001, 0x3000), (0x3000, 0x3000),
    (0x8000, 0x3000),
  ] as [(UInt64, Int)])
func guardIsAsLargeAsAskedFor(askedFor: UInt64, size: Int) {
  // Another mapping that permits nothing lies directly below.
  let mappings = [
    Mapping(low: Address(0x6fff_d000), high: Address(0x6fff_f000), permissions: []),
    Mapping(low: Address(0x6fff_f000), high: Address(0x7000_0000), permissions: []),
    Mapping(low: Address(0x7000_0000), high: Address(0x7001_0000), permissions: [.read, .write]),
  ]
  let below = Guard.below(
    Address(0x7000_0000), askedFor: askedFor, mappings: mappings, installedGuards: [])
  #expect(below.size == size)
  #expect(below.kind == .mapping)
}

/// What was found where the told stack ends or begins is another stack, and stays.
@Test func toldStackLeavesItsNeighbours() {
  func coroutine(_ low: UInt64, _ high: UInt64) -> StackRegion {
    StackRegion(
      kind: .coroutine, name: "c", low: Address(low), high: Address(high),
      guard: .none(below: Address(low)))
  }
  let told = StackRegion.Claim(
    kind: .alternateStack, name: "", thread: 11, low: Address(0x7100_5000),
    high: Address(0x7100_9000))
  let found = [coroutine(0x7100_1000, 0x7100_5000), coroutine(0x7100_9000, 0x7101_1000)]
  let all = StackRegion.adding(told, to: found, mappings: Scene.mappings)
  #expect(all.map(\.kind) == [.coroutine, .coroutine, .alternateStack])
  let overlapping = StackRegion.adding(
    told, to: [coroutine(0x7100_1000, 0x7100_5001)], mappings: Scene.mappings)
  #expect(overlapping.map(\.kind) == [.alternateStack])
}

@Test func softStackLimitIsTheFirstOfTheTwo() {
  let text = """
    Limit                     Soft Limit           Hard Limit           Units
    Max data size             unlimited            unlimited            bytes
    Max stack size            8388608              16777216             bytes

    """
  #expect(MainStackLimits.soft(inLimits: text) == 8_388_608)
  let unlimited = "Max stack size            unlimited            16777216             bytes\n"
  #expect(MainStackLimits.soft(inLimits: unlimited) == nil)
  #expect(MainStackLimits.soft(inLimits: "") == nil)
}

/// A write to memory that lies where the main stack would have grown to.
@Test func mappingInTheWayOfTheMainStackIsNamed() {
  let blocker = Mapping(low: Address(0x7fa0_0000), high: Address(0x7fb0_0000), permissions: [.read])
  let stack = Mapping(
    low: Address(0x7fff_0000), high: Address(0x8000_0000), permissions: [.read, .write],
    path: "[stack]")
  let mappings = [blocker, stack]
  let site = FaultSite.locate(
    FaultSite.Facts(
      code: SignalCode(2, of: .segv), address: Address(0x7faf_0000), access: .write,
      stackPointer: Address(0x7fff_1000), thread: 1, mappings: mappings,
      stacks: StackRegion.find(
        claims: [], mappings: mappings, installedGuards: [],
        limits: MainStackLimits(soft: 8 << 20, gap: 1 << 20))))
  #expect(site.kind == .mainStackLimit)
  #expect(site.mapping == "anonymous r--p")
}

/// Whatever permits nothing guards the stack above it; what can be read is a file's own.
@Test(
  arguments: [
    ("/memfd:stack (deleted)", [], 4096), ("/dev/zero", [.shared], 4096), ("", [], 4096),
    ("", [.read], 4096), ("/lib/x.so", [.read], 0), ("", [.read, .write], 0),
  ] as [(String, Mapping.Permissions, Int)])
func guardsOfAnyMapping(path: String, permissions: Mapping.Permissions, size: Int) {
  let mappings = [
    Mapping(
      low: Address(0x7000_0000), high: Address(0x7000_1000), permissions: permissions, path: path),
    Mapping(low: Address(0x7000_1000), high: Address(0x7001_0000), permissions: [.read, .write]),
  ]
  let below = Guard.below(
    Address(0x7000_1000), askedFor: 0, mappings: mappings, installedGuards: [])
  #expect(below.size == size)
}

/// The kernel tells of the alternate stack; that a coroutine lies there was a guess.
@Test func alternateStackIsNoCoroutine() {
  let told = StackRegion.Claim(
    kind: .alternateStack, name: "", thread: 11, low: Address(0x7100_1000),
    high: Address(0x7101_1000))
  let stacks = StackRegion.adding(told, to: Scene.stacks, mappings: Scene.mappings)
  #expect(!stacks.contains { $0.kind == .coroutine })
  #expect(stacks.last?.kind == .alternateStack)
  #expect(stacks.count == Scene.stacks.count)
}

/// The kernel keeps what the main stack has grown to, and looks at whole pages (mm/vma.c).
@Test(
  arguments: [
    // The limit, the blocker's end, then what the report tells.
    (8 << 20, nil, 8 << 20, nil), (1 << 20, nil, 2 << 20, nil),
    (8 << 20, 0x7fd0_0000, 8 << 20, "anonymous rw-p"), (nil, 0x7fd0_0000, nil, "anonymous rw-p"),
    (nil, nil, nil, nil), (8 << 20, 0x7fcf_f000, 8 << 20, nil),
  ] as [(Int?, UInt64?, Int?, String?)])
func mainStackThatCouldNotGrow(limit: Int?, blocker: UInt64?, size: Int?, obstacle: String?) {
  let stack = Mapping(
    low: Address(0x7fe0_0000), high: Address(0x8000_0000), permissions: [.read, .write],
    path: "[stack]")
  let mappings =
    (blocker.map {
      [Mapping(low: Address($0 - 0x1000), high: Address($0), permissions: [.read, .write])]
    } ?? []) + [stack]
  let site = FaultSite.locate(
    FaultSite.Facts(
      code: SignalCode(1, of: .segv), address: Address(0x7fdf_fff8), access: .write,
      stackPointer: Address(0x7fe0_0000), thread: 1, frameAddresses: [Address(0x7fe0_1000)],
      mappings: mappings,
      stacks: StackRegion.find(
        claims: [], mappings: mappings, installedGuards: [],
        limits: MainStackLimits(soft: limit.map(UInt64.init), gap: 1 << 20))))
  #expect(site.kind == .mainStackLimit)
  #expect(site.stackSize == size)
  #expect(site.mapping == obstacle)
  #expect((site.skipped ?? 0) == 0)
}
