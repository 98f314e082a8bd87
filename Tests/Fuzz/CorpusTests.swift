import Foundation
import ObjectFiles
import Testing

@testable import CrashLab

/// The seeds and the finds of the fuzzers (Tests/Fuzz/run), read once more, and changed at random.
@Suite struct CorpusTests {
  private static func inputs(of target: UntrustedInput) throws -> [(name: String, bytes: [UInt8])] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("corpus/\(target.rawValue)")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      ($0, Array(try Data(contentsOf: folder.appendingPathComponent($0))))
    }
  }

  @Test(arguments: UntrustedInput.allCases)
  func everyInputIsBorne(target: UntrustedInput) throws {
    let inputs = try CorpusTests.inputs(of: target)
    #expect(!inputs.isEmpty)
    for input in inputs { target.read(input.bytes) }
  }

  /// Bytes replaced, taken out and put in twice, from a seed that is always the same.
  @Test(arguments: UntrustedInput.allCases)
  func everyChangeIsBorne(target: UntrustedInput) throws {
    var random = SplitMix64(seed: 1)
    for input in try CorpusTests.inputs(of: target) {
      for _ in 0..<100 {
        var bytes = input.bytes
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          case 2: bytes.remove(at: place)
          default: bytes.insert(contentsOf: bytes[place...].prefix(8), at: place)
          }
        }
        target.read(bytes)
      }
    }
  }

  /// The seeds reach what they are meant for: nothing is refused at the door.
  @Test func seedsAreTaken() throws {
    func bytes(_ target: UntrustedInput, _ name: String) throws -> [UInt8] {
      try #require(try CorpusTests.inputs(of: target).first { $0.name == name }).bytes
    }
    let message = try bytes(.evidence, "fault").dropFirst()
    let filled = message + [UInt8](repeating: 0, count: ChildMessage.size - message.count)
    let decoded = try Array(filled).withUnsafeBytes { try ChildMessage($0, sender: 7) }
    guard case .fault(let evidence) = decoded else {
      Issue.record("not a fault: \(decoded)")
      return
    }
    #expect(evidence.trace?.frameCount == 87335)
    #expect(Mapping.parse(maps: try bytes(.maps, "usual")).count == 5)
    _ = try JSON.value(TrialReport.self, from: try bytes(.report, "overflow"))
    let words = String(decoding: try bytes(.notice, "usual"), as: UTF8.self).split(separator: " ")
    #expect(CrashNotice(words: words.map(String.init))?.pidfd == 5)
    let answer = try CrashAnswer(try bytes(.answer, "report"))
    #expect(answer.line == "server[4711] (uid 1000): SIGSEGV")
    _ = try JSON.value(TrialReport.self, from: answer.report)
    #expect(CrashReading.innerIdentifier(inStatus: try bytes(.status, "namespaces")) == 3)
    try bytes(.image, "tiny-program").withUnsafeBytes {
      let report = try LargeFrameReport.judge(ElfImage($0), path: "tiny", guardSize: 16)
      #expect(report.summary.functions == 2)
    }
    let library = MemorySource(try bytes(.image, "tiny-library"))
    let symbols = DynamicSymbols(base: 0x1000) { library.read(at: $0 &- 0x1000, into: $1) }
    #expect(symbols?["abort"]?.count == 2)
    #expect(symbols?["__abort_msg"] != nil)
    #if arch(x86_64)
      let source = MemorySource(try bytes(.core, "overflow"))
      let dump = try CoreDump(source)
      let account = CoreAnalysis(
        dump, CoreMemory(dump, of: source), machine: Machine.current()
      ).account()
      let fault = try #require(account.result.faults.first)
      #expect(fault.site.kind == .guard)
      #expect(fault.unwind?.frameCount == 7)
      #expect(fault.unwind?.steps == 0, "every frame by a rule proved from the image's own bytes")
    #endif
  }
}
