import Testing

@testable import CrashLabModel
@testable import CrashLabText

/// What is made of the stacks that were seen.
@Suite struct StacksReportTests {
  private func stack(
    _ name: String, peak: StackPeak?, size: Int? = 65536, entry: UInt64? = 0x1000
  ) -> UsedStack {
    UsedStack(
      kind: .thread, name: name, entry: entry.map { Address($0) }, size: size, guard: 4096,
      threadLocalStorage: 2400, peak: peak)
  }

  private func report(_ tally: StackTally, images: [String] = []) -> StacksReport {
    StacksReport(
      tally, names: [Address(0x1000): CodeName(symbol: "work", image: "/bin/x")], images: images,
      limit: .soft(8 << 20), notes: [], command: ["x"], machine: Documents.machine)
  }

  @Test func stacksOfAKindAreOne() {
    var tally = StackTally()
    for number in 0..<1000 {
      tally.add(stack("w-\(number)", peak: .init(bytes: 4096 + number, bound: .page)))
    }
    tally.add(stack("w-1", peak: nil))
    tally.add(stack("w-1", peak: nil, size: 131072))
    #expect(tally.groups.count == 2)
    let group = report(tally).stacks.first { $0.size == 65536 }
    #expect(group?.count == 1001 && group?.unseen == 1 && group?.peak == 5095)
    #expect(group?.headroom == 65536 - 5095 && group?.entry == "work")
  }

  @Test func namesWithoutEndAreBounded() {
    var tally = StackTally()
    for number in 0..<5000 {
      let letters = String(number, radix: 26).map { Character(UnicodeScalar($0.asciiValue! | 64)) }
      tally.add(
        stack(String(letters), peak: nil, size: 4096 * number, entry: UInt64(number) + 1))
    }
    #expect(tally.groups.count <= 2 * StackTally.mostGroups + 1)
    #expect(tally.groups.values.reduce(0) { $0 + $1.count } == 5000)
  }

  @Test func largerPeakCounts() {
    let small = StackPeak(bytes: 1, bound: .exact)
    let large = StackPeak(bytes: 2, bound: .atMost)
    #expect(small.larger(large) == large && large.larger(small) == large)
    let better = StackPeak(bytes: 2, bound: .page)
    #expect(large.larger(better) == better && better.larger(large) == better)
  }

  @Test func adviceNeedsAPeak() {
    func advice(_ peak: StackPeak?) -> StackAdvice? {
      StackAdvice.judge(peak: peak, guard: 4096, source: .thread, pageSize: 4096)
    }
    #expect(advice(nil) == nil)
    #expect(advice(.init(bytes: 100_000, bound: .atLeast)) == nil)
    #expect(advice(.init(bytes: 100_000, bound: .page))?.size == 131_072)
    #expect(advice(.init(bytes: 100, bound: .page))?.size == 16384)
  }

  @Test func limitIsOfTheSizeOrInBytes() {
    var tally = StackTally()
    tally.add(stack("full", peak: .init(bytes: 60000, bound: .page)))
    tally.add(stack("unknown", peak: nil))
    let report = report(tally)
    #expect(StackLimit.percent(80).offenders(in: report).map(\.name) == ["full"])
    #expect(StackLimit.percent(95).offenders(in: report).isEmpty)
    #expect(StackLimit.bytes(59999).offenders(in: report).map(\.name) == ["full"])
    #expect(StackLimit.bytes(60000).offenders(in: report).isEmpty)
  }

  @Test func whatIsNotKnownIsSaid() {
    var tally = StackTally()
    tally.add(stack("a", peak: .init(bytes: 8192, bound: .atMost)))
    tally.add(stack("b", peak: .init(bytes: 8192, bound: .atLeast)))
    tally.add(stack("c", peak: nil, entry: nil))
    let text = report(tally).text()
    #expect(text.contains("≤8 KiB") && text.contains("≥8 KiB") && text.contains(" ?"))
    #expect(text.contains("Of 1 thread the peak is not known"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
  }

  @Test func openMPSetsItsOwn() {
    var tally = StackTally()
    tally.add(stack("a", peak: .init(bytes: 8192, bound: .page)))
    let report = StacksReport(
      tally, names: [Address(0x1000): CodeName(symbol: "f", image: "/lib/libgomp.so.1")],
      images: [], limit: .soft(8 << 20), notes: [], command: ["x"], machine: Documents.machine)
    #expect(report.stacks.first?.advice?.source == .openMP)
  }
}
