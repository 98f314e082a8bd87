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
    func advice(_ peak: StackPeak?, size: Int? = nil) -> StackAdvice? {
      StackAdvice.judge(peak: peak, size: size, guard: 4096, source: .thread, pageSize: 4096)
    }
    // Used to its last page it may have overflowed.
    #expect(advice(.init(bytes: 98_304, bound: .page), size: 98_304) == nil)
    #expect(advice(.init(bytes: 98_304, bound: .page), size: 102_400) != nil)
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

  /// Of a coroutine the functions that start coroutines are not told.
  @Test func coroutinesOfAFunctionAreOne() {
    let names = [
      Address(1): CodeName(symbol: "__start_context", image: "/lib/libc.so.6"),
      Address(2): CodeName(symbol: "work", image: "/bin/x"),
      Address(3): CodeName(symbol: "work", image: "/bin/x"),
      Address(4): CodeName(
        symbol: "boost::context::detail::fiber_entry<main::f>", image: "/bin/x"),
      Address(5): CodeName(symbol: "printf", image: "/lib/libc.so.6"),
    ]
    var tally = StackTally()
    for calls in [[1, 2, 5], [1, 3], [4, 5], [4, 2]] as [[UInt64]] {
      tally.add(
        UsedStack(
          kind: .coroutine, name: "", entry: Address(calls[0]),
          calls: calls.dropFirst().map { Address($0) }, size: 65536, guard: 4096,
          threadLocalStorage: nil, peak: .init(bytes: Int(calls[1]), bound: .page)))
    }
    let report = StacksReport(
      tally, names: names, images: [], limit: .unknown, notes: [], command: ["x"],
      machine: Documents.machine)
    let counts = Dictionary(
      uniqueKeysWithValues: report.stacks.map { ($0.entry ?? "?", $0.count) })
    #expect(counts == ["work": 3, "boost::context::detail::fiber_entry<main::f>": 1])
    #expect(report.stacks.first { $0.entry == "work" }?.peak == 3)
    #expect(report.subjectInWords == "the main stack and 4 coroutine stacks")
    #expect(report.text().contains("  coroutine       work"))
  }

  @Test func deepestSampleOfAGroupIsShown() {
    var tally = StackTally()
    for depth in [100, 3000, 200] {
      var stack = stack("w-1", peak: .init(bytes: 8192, bound: .page))
      stack.deepest = Documents.sampledTrace
      stack.deepest?.depth = depth
      tally.add(stack)
    }
    let report = StacksReport(
      tally, names: [:], images: [], limit: .unknown, notes: [], command: ["x"],
      machine: Documents.machine, samples: 3)
    #expect(report.stacks.first?.deepestSample?.depth == 3000)
    let text = report.text()
    #expect(text.contains("deepest sample of w-*") && text.contains("of a peak of 8 KiB"))
    #expect(text.contains("3 samples were taken"))
  }
}
