import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabText

@Suite struct Symbols {
  @Test(arguments: [
    ("descend(_:)", 40, "descend(_:)"),
    (
      "closure #1 in closure #1 in variable initialization expression of parse", 60,
      "closure #1 in closure #1 in parse"
    ),
    ("closure #1 in closure #2 in parse(a:b:)", 30, "closure #1 in parse(a:b:)"),
    ("Map<Key, Array<Value>>.subscript(_:)", 24, "Map<…>.subscript(_:)"),
    ("write<A>(_: (A) -> Int, to: B) -> C", 24, "write<…>(…) -> C"),
    ("core::panicking::panic::h0123456789abcdef", 60, "core::panicking::panic"),
    ("operator<(a, b)", 12, "operator<(…)"),
    ("operator->() const", 40, "operator->() const"),
    ("std::operator<< <std::char<char> >(A<B>, char)", 32, "std::operator<< <…>(A<…>, char)"),
    ("a::b::Table<int>::operator()(Key<int> const&) const", 34, "…::Table<…>::operator()(…) const"),
    ("first::second::third::Parser::parse(int, int)", 24, "…::Parser::parse(…)"),
    ("first::second::name_that_is_longer_than_all(int)", 24, "…::name_that_is_…_all(…)"),
    ("abcdefghijklmnopqrstuvwxyz", 10, "abcdef…xyz"),
    ("\u{1B}[31mred", 40, "\\u{1b}[31mred"),
  ])
  func areShortened(_ symbol: String, _ width: Int, _ short: String) {
    #expect(shortSymbol(symbol, width: width) == short)
  }
}

private func overflow(frames: [UnwindReport.Frame], recursion: UnwindReport.Recursion?)
  -> FaultReport
{
  FaultReport(
    signal: .segv, code: "SEGV_ACCERR", address: Address(0x7fff_eff8), access: .write,
    programCounter: Address(0x5500_0000_1000), stackPointer: Address(0x7fff_f000),
    process: .init(id: 7, relation: .trial), thread: .init(id: 7, name: "overflower"),
    handled: true, handler: nil, reason: nil, sender: nil,
    site: FaultSite(
      .guard, owner: .init(kind: .thread, name: "overflower"), stackLimit: Address(0x7fff_f000),
      stackSize: 8 << 20,
      guard: Guard(low: Address(0x7fff_e000), high: Address(0x7fff_f000), kind: .mapping),
      overshoot: 8, skipped: 0),
    unwind: UnwindReport(
      by: .handler, frameCount: 262_003, complete: true, steps: 9, duration: 95,
      handlerStackUsed: nil, frames: frames, recursion: recursion, stackUse: nil))
}

private func frame(_ index: Int, _ symbol: String, count: Int = 1, period: Int = 1)
  -> UnwindReport.Frame
{
  UnwindReport.Frame(
    index: index, count: count, period: period, programCounter: Address(0x5500_0000_1000),
    symbol: symbol, file: "/home/somebody/Parser.swift", line: 41, column: 9,
    image: "/usr/bin/crashlab", offset: 12, frameSize: 32, inlined: [])
}

@Suite struct ReportText {
  private let frames = [
    frame(0, "descend(_:)"), frame(1, "descend(_:)", count: 262_001), frame(262_002, "parse()"),
  ]

  @Test func headline() {
    #expect(
      overflow(frames: [], recursion: nil).headline
        == "stack overflow in thread 'overflower' (8 MiB stack, 4 KiB guard): "
        + "write 8 bytes below the stack limit")
  }

  @Test func culprit() {
    let recursion = UnwindReport.Recursion(in: frames, frameCount: 262_003, stackSize: 8 << 20)
    let text = CulpritText(theme: .plain, width: 120)
      .text(of: overflow(frames: frames, recursion: recursion))
    #expect(
      text == """
          recursion: descend(_:) Parser.swift:41, 262,001 times, 32 bytes a frame, \
        99.9 % of the stack
          entered from parse() Parser.swift:41

        """)
  }

  @Test func foldedFrames() {
    let unwind = overflow(frames: frames, recursion: nil).unwind!
    let text = FrameLines(theme: .plain, width: 120).text(of: unwind)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(
      lines[0]
        == "0       0x0000550000001000  descend(_:) + 12 in crashlab at Parser.swift:41:9")
    #expect(lines[1].hasPrefix("1..262001                   descend(_:) + 12 in crashlab at"))
    #expect(lines[1].hasSuffix("× 262,001"))
    #expect(lines[2].hasPrefix("262002  0x0000550000001000  parse() + 12 in crashlab"))
  }

  @Test func aRoundIsBracketed() {
    let round = ["a", "b", "c"].enumerated().map {
      frame($0.offset, $0.element, count: 9, period: 3)
    }
    var unwind = overflow(frames: round, recursion: nil).unwind!
    unwind.frameCount = 27
    let lines = FrameLines(theme: .plain, width: 100).text(of: unwind).split(separator: "\n")
    #expect(lines.map { $0.last { "┐│┘9".contains($0) } } == ["┐", "│", "9"])
    #expect(lines[0].hasPrefix("0..26 ") && lines[1].hasPrefix("      "))
    #expect(lines[2].contains("┘ × 9"))
  }

  @Test func whatIsLeftOutIsSaid() {
    var unwind = overflow(frames: [frame(0, "a"), frame(100, "b")], recursion: nil).unwind!
    unwind.frameCount = 111
    let text = FrameLines(theme: .plain, width: 100).text(of: unwind)
    #expect(text.contains("…  99 frames left out"))
    #expect(text.hasSuffix("…  10 frames left out\n"))
  }

  @Test(arguments: [60, 80, 100, 120, 200])
  func noLineIsTooLong(_ width: Int) {
    let long = "closure #1 in closure #1 in Some.Type<With, Generic, Arguments>.method(named:of:)"
    let recursing = [frame(0, long), frame(1, long, count: 262_001), frame(262_002, long)]
    let fault = overflow(
      frames: recursing,
      recursion: UnwindReport.Recursion(
        in: recursing, frameCount: 262_003, stackSize: 8 << 20))
    let text =
      FrameLines(theme: .plain, width: width).text(of: fault.unwind!)
      + CulpritText(theme: .plain, width: width).text(of: fault)
    for line in text.split(separator: "\n") { #expect(line.count <= width) }
  }
}

@Suite struct AbortMessageText {
  @Test(arguments: [
    (AbortMessage(text: "free(): invalid pointer"), "free(): invalid pointer"),
    (AbortMessage(text: "a\u{1b}b", terminate: .unknown), "a\\u{1b}b; terminate called"),
    (
      AbortMessage(
        text: nil, terminate: .exception, exception: ThrownException(type: "int", what: nil)),
      "terminate called after throwing an instance of 'int'"
    ),
    (
      AbortMessage(
        text: nil, terminate: .exception,
        exception: ThrownException(type: "std::bad_alloc", what: "std::bad_alloc")),
      "terminate called after throwing an instance of 'std::bad_alloc': std::bad_alloc"
    ),
    (AbortMessage(text: nil, terminate: .pureVirtualCall), "pure virtual method called"),
  ])
  func headlineHasIt(message: AbortMessage?, words: String) throws {
    var fault = overflow(frames: [], recursion: nil)
    fault.signal = .abrt
    fault.sender = Fault.Sender(process: 7, user: 0, relation: .itself)
    fault.abortMessage = message
    #expect(fault.headline == "SIGABRT: " + words)
    let written = try JSONEncoder().encode(fault)
    #expect(try JSONDecoder().decode(FaultReport.self, from: written) == fault)
  }

  @Test func nothingSaidIsNoMessage() {
    #expect(AbortMessage(text: nil) == nil)
  }
}
