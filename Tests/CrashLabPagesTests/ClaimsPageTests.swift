import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabBench
@testable import CrashLabPages

/// The page of the claims, of a machine that was made up.
@Suite struct ClaimsPageTests {
  /// A process as x86-64 has it: `threads` with the first, the others' stacks end to end.
  static func layout(threads: Int) -> LayoutReport {
    let size: UInt64 = 8 << 20
    let top: UInt64 = 0x7fff_ff00_0000
    let libraries: UInt64 = 0x7f00_0000_0000
    let program = "/bin/<program>"
    var mappings = [
      Mapping(
        low: Address(0x5555_0000_0000), high: Address(0x5555_0040_0000),
        permissions: [.read, .execute], path: program),
      Mapping(
        low: Address(0x5555_1000_0000), high: Address(0x5555_1004_0000),
        permissions: [.read, .write], path: "[heap]"),
    ]
    var stacks: [FoundStack] = []
    for number in (1..<max(1, threads)).reversed() {
      let low = libraries - UInt64(number) * (size + 4096)
      mappings += [
        Mapping(low: Address(low), high: Address(low + 4096), permissions: []),
        Mapping(
          low: Address(low + 4096), high: Address(low + 4096 + size),
          permissions: [.read, .write]),
      ]
      stacks.append(
        FoundStack(
          region: StackRegion(
            kind: .thread, name: "thread", thread: Int32(number), low: Address(low + 4096),
            high: Address(low + 4096 + size),
            guard: Guard(low: Address(low), high: Address(low + 4096), kind: .mapping)),
          stackPointer: nil, evidence: .controlBlock))
    }
    mappings += [
      Mapping(
        low: Address(libraries), high: Address(libraries + 50 << 20),
        permissions: [.read, .execute], path: "/lib/libc.so.6"),
      Mapping(
        low: Address(top - 132 << 10), high: Address(top), permissions: [.read, .write],
        path: "[stack]"),
    ]
    stacks.append(
      FoundStack(
        region: StackRegion(
          kind: .main, name: "main", thread: 7, low: Address(top - size), high: Address(top),
          guard: Guard(
            low: Address(top - size - 1 << 20), high: Address(top - size), kind: .kernelGap)),
        stackPointer: nil, evidence: .kernel))
    return LayoutReport(
      Layout(
        process: 7, program: program,
        threads: (0..<threads).map { ThreadSnapshot(id: Int32($0), name: "", stackPointer: nil) },
        uses: StackOccupancy.of(stacks, mappings: mappings, scan: PageScan()),
        areas: AddressArea.gather(mappings, stacks: stacks.map(\.region), program: program),
        duration: 1),
      machine: Reports.machine)
  }

  static let conditions = SwitchingConditions.current(core: 0)

  static let report: ClaimsReport = {
    func samples(_ value: Double) -> [Sample] {
      (0..<9).map { Sample(nanoseconds: value + Double($0), cycles: value * 4, switches: 1) }
    }
    let rings = (2...12).map { members in
      var counted = Sample(nanoseconds: 1)
      counted.flushes = members < 7 ? 0.02 : 1
      return TLBReport.RingPair(
        members: members, thread: samples(2200), process: samples(members < 7 ? 2250 : 2700),
        counted: (Sample(nanoseconds: 1), counted))
    }
    var switching = SwitchReport(
      machine: Reports.machine, conditions: conditions, placement: Placement(core: 0),
      kinds: SwitchKind.allCases.enumerated().map {
        SwitchKindReport($1, samples: samples(Double(1 << $0)), baseline: nil, coroutine: nil)
      },
      unpinned: [], absent: [], starved: [])
    switching.tlb = TLBReport(
      curves: [0, 256].map { TLBReport.Curve(pages: $0, rings: rings) }, conditions: conditions)
    return ClaimsReport(
      machine: Reports.machine, conditions: conditions, interrupted: true,
      evidence: ClaimEvidence(), switching: switching,
      layouts: [1, 2, 16].map { layout(threads: $0) })
  }()

  static let html = ClaimsPage.html(report)

  @Test func everySentenceAndItsDrawingsAreThere() throws {
    let document = try Page(ClaimsPageTests.html)
    for claim in Claim.all {
      for text in [claim.sentence, claim.why, claim.elsewhere, claim.repeat] {
        #expect(document.text.contains(text), "\(text)")
      }
    }
    for text in [
      "not settled on this machine", "interrupted", "15 threads' stacks", "15 stacks, 120.1 MiB",
      "of nothing", "guard 4 KiB", "soft limit", "step at 7", "as the kernel counted",
      "thread switch, shared futex",
    ] {
      #expect(document.text.contains(text), "\(text)")
    }
    #expect(document.duplicates.isEmpty && document.foreignAddresses.isEmpty)
    #expect(document.elements["script"] == 1)
    for link in document.links { #expect(document.identifiers.contains(link), "#\(link)") }
  }

  @Test func everyStripMagnifiesAPartOfTheOneBefore() {
    let layout = ClaimsPageTests.layout(threads: 16)
    for strips in [
      AddressStrip.wholeSpace(of: layout), AddressStrip.downToTheGuard(in: layout),
    ] {
      #expect(strips.count > 1)
      for (outer, inner) in zip(strips, strips.dropFirst()) {
        #expect(outer.low <= inner.low && inner.high <= outer.high)
        #expect(inner.size * 4 < outer.size)
      }
    }
    #expect(AddressStrip.wholeSpace(of: layout)[0].high == Address(1 << 47))
    let guardStrip = AddressStrip.downToTheGuard(in: layout)[2]
    #expect(guardStrip.regions.contains { $0.style == "guard" && guardStrip.low < $0.low })
  }

  @Test func withOneThreadThereIsNoGuardToGoDownTo() {
    #expect(AddressStrip.downToTheGuard(in: ClaimsPageTests.layout(threads: 1)).isEmpty)
  }

  @Test func nothingIsDrawnOfWhatWasNotMeasured() throws {
    let bare = ClaimsReport(
      machine: Reports.machine, conditions: ClaimsPageTests.conditions, interrupted: false,
      evidence: ClaimEvidence())
    #expect(try Page(ClaimsPage.html(bare)).elements["figure"] == nil)
  }

  @Test(
    .enabled(if: Browser.installed != nil, "no chromium here"),
    arguments: [(1280, Browser.Theme.light), (390, .dark)])
  func nothingOverflowsNothingIsMissingAndAllCanBeRead(width: Int, theme: Browser.Theme) throws {
    let browser = try #require(Browser.installed)
    let (sight, messages) = try browser.look(
      at: ClaimsPageTests.html, width: width, theme: theme)
    #expect(sight.width == width)
    #expect(sight.overflowing.isEmpty && sight.missing.isEmpty)
    #expect(sight.faint.isEmpty && sight.covered.isEmpty)
    #expect(sight.drawings > 10 && messages.isEmpty)
  }
}
