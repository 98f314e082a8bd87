import Testing

@testable import CrashLab
@testable import CrashLabText

/// A layout in words: whatever the process calls itself, its threads and its files.
@Suite struct LayoutTextTests {
  private static let hostile = "\u{1B}[2J\u{7}\u{202E}"

  private static func report(named name: String) -> LayoutReport {
    func region(
      _ kind: StackKind, _ low: UInt64, thread: Int32?, guardSize: UInt64 = 0x1000
    ) -> StackRegion {
      StackRegion(
        kind: kind, name: name, thread: thread, low: Address(low), high: Address(low + 0x1_0000),
        guard: Guard(
          low: Address(low - guardSize), high: Address(low),
          kind: guardSize == 0 ? .none : .mapping))
    }
    func occupancy(
      _ region: StackRegion, below: StackOccupancy.Neighbour.Kind, touched: Int = 0x2000
    ) -> StackOccupancy {
      StackOccupancy(
        stack: FoundStack(
          region: region, stackPointer: Address(region.high.value - 0x100),
          evidence: .controlBlock),
        inUse: 0x100, touched: touched, resident: touched, largestStep: 0,
        below: .init(kind: below, name: name, distance: 0x1000), memory: name)
    }
    return LayoutReport(
      Layout(
        process: 7, program: "/bin/\(name)",
        threads: [
          ThreadSnapshot(id: 8, name: name, stackPointer: Address(0x7000_ff00)),
          ThreadSnapshot(id: 9, name: name, stackPointer: nil),
        ],
        uses: [
          occupancy(region(.thread, 0x7000_0000, thread: 8), below: .stack, touched: 0xffff),
          occupancy(region(.coroutine, 0x7100_0000, thread: nil, guardSize: 0), below: .mapping),
          occupancy(region(.alternateStack, 0x7200_0000, thread: 8), below: .mapping),
        ],
        areas: [
          AddressArea(
            kind: .files, name: "/etc/\(name)", low: Address(0x1000), high: Address(0x2000),
            mapped: 0x1000, stacks: 0),
          AddressArea(
            kind: .stacks, name: "", low: Address(0x7000_0000), high: Address(0x7201_0000),
            mapped: 0x3_0000, stacks: 3),
        ], duration: 1000),
      command: ["./\(name)", name], machine: .this)
  }

  /// With every stack, and with stacks that are condensed.
  @Test(arguments: [40, 1]) func nobodySpeaksToTheTerminal(detail: Int) throws {
    let text = Self.report(named: Self.hostile).text(detail: detail)
    for scalar in text.unicodeScalars where scalar != "\n" {
      let category = scalar.properties.generalCategory
      #expect(category != .control && category != .format, "\(scalar.value)")
    }
    #expect(text.contains("\\u{1b}[2J\\u{7}\\u{202e}"))
  }

  @Test func everyStackHasItsLines() {
    let text = Self.report(named: "worker").text()
    #expect(text.contains("process 7 ./worker worker: 2 threads, 1 coroutines"))
    #expect(text.contains("1 threads ran or ended in that moment"))
    #expect(text.contains("64 KiB, 256 bytes in use, 8 KiB touched; guard 4 KiB"))
    #expect(text.contains("below: the stack of 'worker', 4 KiB down"))
    #expect(text.contains("below: worker, 4 KiB down"))
    #expect(text.contains("alt. worker"))
    #expect(text.contains("'worker' has no guard: an overflow writes into what lies below"))
    #expect(text.contains("'worker' was touched to more than 80 % (99 % at most)"))
    #expect(text.contains("only a guard (4 KiB) above another"))
  }

  @Test func threadsWhoseStackWasNotFoundAreNamed() {
    let report = Self.report(named: "worker")
    #expect(report.unseen.map(\.id) == [9])
    #expect(report.process.threads == 2 && report.process.threadsWithoutStack == 1)
  }
}
