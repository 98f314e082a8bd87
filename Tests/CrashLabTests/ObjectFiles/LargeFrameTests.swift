import Testing

@testable import CrashLab
@testable import ObjectFiles

/// Which functions are listed, and what fails, at the border of the size.
@Suite struct LargeFrameTests {
  private static func report(_ steps: [Int?]) -> LargeFrameReport {
    LargeFrameReport(
      program: "x", guardSize: 4096, summary: .init(),
      functions: steps.map { .init(address: Address(1), size: 1, step: $0, frameSize: 1) },
      dynamic: [],
      uncovered: [
        .init(
          address: Address(1), size: 1, kind: .startup, section: ".init", symbol: nil, step: nil),
        .init(address: Address(2), size: 1, kind: .code, section: ".text", symbol: nil, step: nil),
      ])
  }

  @Test func onlyWhatIsLargerExceeds() {
    #expect(!Self.report([4096, 100]).exceeds(4096))
    #expect(Self.report([4097, 100]).exceeds(4096))
    #expect(Self.report([100, 4097]).exceeds(4096))
    #expect(!Self.report([nil]).exceeds(0))
    #expect(!Self.report([]).exceeds(0))
  }

  @Test func startupCodeIsNobodysFault() {
    #expect(Self.report([]).unproved.map(\.address) == [Address(2)])
  }

  /// A guard stops a step that is as large as itself; the largest is told first.
  @Test(arguments: [(4095, [8192, 4096]), (4096, [8192]), (8191, [8192]), (8192, [])])
  func stepsLargerThanTheGuardAreListed(guardSize: Int, listed: [Int]) throws {
    let file = SyntheticProgram(steps: [64, 4096, 8192]).bytes
    let report = try file.withUnsafeBytes {
      try LargeFrameReport.judge(try ElfImage($0), path: "x", guardSize: guardSize)
    }
    #expect(report.functions.map(\.step) == listed)
    #expect(report.summary.functions == 3)
    #expect(report.summary.unprobed == listed.count)
    #expect(report.uncovered.isEmpty)
  }
}

/// A program of x86-64 whose functions move the stack pointer by so much.
private struct SyntheticProgram {
  var steps: [UInt32]

  private func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] { value.littleBytes }

  private func record(_ body: [UInt8]) -> [UInt8] {
    let padding = (8 - (body.count + 4) % 8) % 8
    return little(UInt32(body.count + padding)) + body + [UInt8](repeating: 0, count: padding)
  }

  /// The file is its own image: one segment from address 0 on.
  var bytes: [UInt8] {
    let (code, size, frames) = (0x200, 16, 0x400)
    var functions: [UInt8] = []
    var section = record(
      little(UInt32(0)) + [1] + Array("zR\0".utf8) + [1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1])
    for (index, step) in steps.enumerated() {
      // sub $step, %rsp; add $step, %rsp; ret
      functions += [0x48, 0x81, 0xec] + little(step) + [0x48, 0x81, 0xc4] + little(step) + [0xc3]
      functions += [UInt8](repeating: 0x90, count: size * (index + 1) - functions.count)
      let place = frames + section.count + 8
      section += record(
        little(UInt32(section.count + 4)) + little(Int32(code + size * index - place))
          + little(Int32(size)) + [0])
    }
    section += little(UInt32(0))
    let names = Array("\0.text\0.eh_frame\0.names\0".utf8)
    var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    let headers = (frames + section.count + names.count + 7) / 8 * 8
    let whole = UInt64(headers + 4 * 64)
    file += little(UInt16(3)) + little(UInt16(62)) + little(UInt32(1)) + little(UInt64(code))
    file += little(UInt64(64)) + little(UInt64(headers)) + little(UInt32(0))
    file += [64, 56, 1, 64, 4, 3].flatMap { little(UInt16($0)) }
    file += little(UInt32(1)) + little(UInt32(5))
    file += [0, 0, 0, whole, whole, 4096].flatMap { little($0) }
    file += [UInt8](repeating: 0, count: code - file.count) + functions
    file += [UInt8](repeating: 0, count: frames - file.count) + section + names
    file += [UInt8](repeating: 0, count: headers - file.count)
    func header(_ name: UInt32, _ type: UInt32, _ flags: UInt64, _ offset: Int, _ size: Int) {
      file += little(name) + little(type) + little(flags)
      file += [offset, offset, size].flatMap { little(UInt64($0)) }
      file += little(UInt64(0)) + little(UInt64(8)) + little(UInt64(0))
    }
    file += [UInt8](repeating: 0, count: 64)
    header(1, 1, 6, code, functions.count)
    header(7, 1, 2, frames, section.count)
    header(17, 3, 0, frames + section.count, names.count)
    return file
  }
}
