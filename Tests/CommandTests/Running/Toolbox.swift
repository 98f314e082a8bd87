import Foundation
import TestSupport

/// Compilers and other programs that are there or not.
enum Toolbox {
  /// Where a program lies: in PATH, or where Rust's installer puts its own.
  static func find(_ name: String) -> String? {
    let environment = ProcessInfo.processInfo.environment
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return (folders + ["\(environment["HOME"] ?? "")/.cargo/bin"]).map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  static func has(_ name: String) -> Bool { find(name) != nil }

  /// The system's own: others may be scripts that start another.
  static let python = "/usr/bin/python3"

  static func hasHeader(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "/usr/include/\(name)")
  }

  struct Failed: Error, CustomStringConvertible { var description: String }

  /// Builds a program from a file in Tests/Programs/Overflows.
  ///
  /// - Returns: its path.
  static func build(
    _ source: String, with compiler: String, _ flags: [String], into folder: String
  ) throws -> String {
    guard let path = find(compiler) else { throw Failed(description: "no \(compiler) here") }
    let program = "\(folder)/program"
    let result = try Command(path: path).run(
      flags.filter { !$0.hasPrefix("-l") } + [sources + source, "-o", program]
        + flags.filter { $0.hasPrefix("-l") })
    if result.status != 0 {
      throw Failed(description: "\(compiler) \(flags.joined(separator: " ")): \(result.errors)")
    }
    return program
  }

  static let sources = PackageFolder.path + "/Tests/Programs/Overflows/"

  /// How many frames gdb finds where the program stops with a fault; those of inlined functions,
  /// which have no place on the stack, are not counted.
  static func framesSeenByGDB(of command: [String]) throws -> Int {
    let count = """
      python
      frame = gdb.newest_frame()
      count = 0
      while frame is not None and frame.pc() != 0:
        count += frame.type() != gdb.INLINE_FRAME
        frame = frame.older()
      print("frames:", count)
      """
    let result = try Command(path: find("gdb") ?? "gdb").run(
      [
        "-nx", "-batch", "-ex", "set debuginfod enabled off", "-ex",
        "set backtrace past-main on", "-ex", "run", "-ex", count, "--args",
      ] + command, environment: ["SWIFT_BACKTRACE": "enable=no"])
    guard let line = result.output.split(separator: "\n").last(where: { $0.hasPrefix("frames: ") }),
      let frames = Int(line.dropFirst(8))
    else { throw Failed(description: "gdb: \(result.output.suffix(500))\(result.errors)") }
    return frames
  }
}
