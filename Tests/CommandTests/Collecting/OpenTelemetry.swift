import Foundation
import TestSupport

/// OpenTelemetry's published messages and attribute names, in a virtual environment of Python's below
/// .build: it is made once.
enum OpenTelemetry {
  private static let python = PackageFolder.path + "/.build/opentelemetry/bin/python3"
  private static let packages = ["opentelemetry-proto", "opentelemetry-semantic-conventions"]

  /// Whether they are there, or could be had.
  static let isThere: Bool = {
    if readsMessages { return true }
    guard FileManager.default.isExecutableFile(atPath: Toolbox.python) else { return false }
    let folder = PackageFolder.path + "/.build/opentelemetry"
    let isMade =
      succeeds(Toolbox.python, ["-m", "venv", "--clear", folder])
      && succeeds(
        python, ["-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "10"] + packages)
      && readsMessages
    if !isMade { try? FileManager.default.removeItem(atPath: folder) }
    return isMade
  }()

  private static var readsMessages: Bool {
    FileManager.default.isExecutableFile(atPath: python) && (try? validate(""))?.status == 0
  }

  private static let validator = PackageFolder.path + "/Tests/Programs/OpenTelemetry/validate"

  private static func succeeds(_ program: String, _ arguments: [String]) -> Bool {
    (try? Command(path: program).run(arguments))?.status == 0
  }

  private static func validate(_ lines: String) throws -> Command.Result {
    try withTemporaryFolder { folder in
      let file = "\(folder)/lines"
      try lines.write(toFile: file, atomically: true, encoding: .utf8)
      return try Command(path: "/bin/sh").run(
        ["-c", "exec \"$0\" \"$1\" < \"$2\"", python, validator, file])
    }
  }

  /// What the messages say that a line says.
  struct Record: Decodable, Equatable {
    enum Value: Decodable, Equatable {
      case text(String)
      case number(Int)
      case texts([String])

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
          self = .number(number)
        } else if let text = try? container.decode(String.self) {
          self = .text(text)
        } else {
          self = .texts(try container.decode([String].self))
        }
      }
    }

    var resource: [String: Value]
    var scope: String
    /// Nanoseconds since 1970; 0: unknown.
    var time: UInt64
    var observed: UInt64
    var severity: String
    var body: String
    var attributes: [String: Value]
  }

  /// - Throws: if the published messages do not take a line, or a name is none of theirs.
  static func records(of lines: String) throws -> [Record] {
    let result = try validate(lines)
    guard result.status == 0 else { throw Toolbox.Failed(description: result.errors) }
    return try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Record.self, from: Data($0.utf8))
    }
  }
}
