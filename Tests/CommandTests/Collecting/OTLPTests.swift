import Foundation
import Testing

@testable import CrashLab
@testable import CrashLabText

/// What `--format otlp` writes, read by OpenTelemetry's published messages.
@Suite(
  .enabled(if: Toolbox.has("gcc"), "no gcc here"),
  .enabled(
    "opentelemetry-proto can't be had: it needs python3-venv, and PyPI once"
  ) { OpenTelemetry.isThere })
struct OTLPTests {
  private static func build(into folder: String) throws -> String {
    try Toolbox.build(
      "ends.c", with: "gcc", ["-g", "-O1", "-fno-optimize-sibling-calls", "-pthread"], into: folder)
  }

  private static func run(_ words: [String]) throws -> Command.Result {
    try Command().run(words, environment: ["SWIFT_BACKTRACE": "enable=no"])
  }

  @Test func crashIsALine() throws {
    try withTemporaryFolder { folder in
      let program = try Self.build(into: folder)
      let before = UInt64(Date().timeIntervalSince1970 * 1e9)
      let result = try Self.run([
        "exec", "--output", "\(folder)/kept", "--format", "otlp", "--", program, "member",
      ])
      let after = UInt64(Date().timeIntervalSince1970 * 1e9)
      #expect(result.errors.count { $0 == "\n" } == 1)
      let record = try #require(OpenTelemetry.records(of: result.errors).first)
      #expect(record.scope == "crashlab" && record.severity == "SEVERITY_NUMBER_FATAL")
      #expect((before...after).contains(record.time), "\(before) \(record.time) \(after)")
      #expect((record.time...after).contains(record.observed))
      #expect(record.body.hasPrefix("SIGSEGV (SEGV_MAPERR): read in the null page"))

      let resource = record.resource
      #expect(resource["service.name"] == .text("unknown_service:program"))
      #expect(resource["process.executable.path"] == .text(program))
      #expect(resource["process.command_args"] == .texts([program, "member"]))
      #expect(resource["os.type"] == .text("linux"))
      for key in ["process.pid", "host.name", "host.arch", "process.executable.build_id.gnu"] {
        #expect(resource[key] != nil, "\(key)")
      }

      let attributes = record.attributes
      #expect(attributes["exception.type"] == .text("SIGSEGV"))
      #expect(attributes["code.function.name"] == .text("value_of"))
      #expect(attributes["crashlab.site.kind"] == .text("null-page"))
      #expect(attributes["crashlab.cause.kind"] == .text("null-member"))
      guard case .text(let trace) = attributes["exception.stacktrace"],
        case .text(let message) = attributes["exception.message"],
        case .text(let signature) = attributes["crashlab.signature"]
      else { throw Toolbox.Failed(description: "\(attributes)") }
      #expect(trace.contains("value_of") && trace.contains("ends.c:"))
      #expect(message.contains("offset 0xa8 of a null pointer"))
      #expect(signature.hasPrefix("null-value_of-"))

      // What is kept says the same; of its time only when it was kept.
      let kept = try Self.run(["report", "latest", "-o", "\(folder)/kept", "--format", "otlp"])
      let again = try #require(OpenTelemetry.records(of: kept.output).first)
      #expect(again.attributes == attributes && again.resource == resource)
      #expect(again.time == 0 && again.observed <= after)
      #expect(after - again.observed < 60_000_000_000)
      let all = try Self.run(["report", "-o", "\(folder)/kept", "--format", "otlp"])
      #expect(all.output == kept.output)
    }
  }

  /// A program that comes to its end, or that somebody ends, is no crash.
  @Test(arguments: ["exit 3", "kill -TERM $$"])
  func otherEndIsNone(script: String) throws {
    let result = try Self.run([
      "exec", "--no-keep", "--format", "otlp", "--", "/bin/sh", "-c", script,
    ])
    #expect(result.errors.isEmpty)
  }

  /// Of a dump nobody knows where and when.
  @Test func dumpAndLiveProcess() throws {
    try withTemporaryFolder { folder in
      let program = try Self.build(into: folder)
      let core = "\(folder)/core"
      let dumped = try Command(path: Toolbox.find("gdb") ?? "gdb").run([
        "-nx", "-batch", "-ex", "set debuginfod enabled off", "-ex", "run", "-ex",
        "generate-core-file \(core)", "--args", program, "member",
      ])
      if FileManager.default.fileExists(atPath: core) {
        let result = try Self.run(["core", core, "--no-keep", "--format", "otlp"])
        let record = try #require(OpenTelemetry.records(of: result.output).first)
        #expect(record.time == 0 && record.observed > 0 && record.resource["host.name"] == nil)
        #expect(record.attributes["exception.type"] == .text("SIGSEGV"))
      } else {
        #expect(!Toolbox.has("gdb"), "\(dumped.errors)")
      }

      let sleeper = try Command(path: "/bin/sleep").start(["100"])
      defer { kill(sleeper.identifier, SIGKILL) }
      let look = try Self.run([
        "look", "--pid", "\(sleeper.identifier)", "--no-keep", "--format", "otlp",
      ])
      let record = try #require(OpenTelemetry.records(of: look.output).first)
      #expect(record.severity == "SEVERITY_NUMBER_INFO")
      #expect(record.attributes["exception.type"] == nil)
    }
  }

  /// Whatever a program calls itself, its line is one line, and the messages take it.
  @Test func hostileNames() throws {
    try withTemporaryFolder { folder in
      let program = try Self.build(into: folder)
      let words = [program, "member", "\u{1b}[2J\n\"\\\u{0085}\u{202e}", "\u{fffd}"]
      let result = try Self.run(["exec", "--no-keep", "--format", "otlp", "--"] + words)
      #expect(result.errors.count { $0 == "\n" } == 1)
      let record = try #require(OpenTelemetry.records(of: result.errors).first)
      #expect(record.resource["process.command_args"] == .texts(words.map { printable($0) }))
    }
  }
}
