import Foundation

@testable import CrashLab

/// Which build of the command.
enum Build: String, CaseIterable, Sendable {
  case debug, release

  /// CRASHLAB_BUILDS=debug leaves the release build out: `Tests/Mutations/run` makes none for the
  /// suites that it tries first.
  static let allCases: [Build] =
    ProcessInfo.processInfo.environment["CRASHLAB_BUILDS"] == "debug"
    ? [.debug] : [.debug, .release]

  /// Which is run where a test asks for neither: of the command the faster, of the programs that are
  /// looked at the one whose frames are as they are written.
  static func usual(of program: String) -> Build {
    program == "crashlab" ? allCases[allCases.count - 1] : .debug
  }
}

/// A program of this package, run as a user runs it.
struct Command: Sendable {
  struct Result: Sendable {
    var status: Int32
    var output: String
    var errors: String
  }

  struct Missing: Error, CustomStringConvertible { var description: String }

  let executable: URL

  /// - Throws: `Missing` if it was not built from the sources as they are now: the README's test
  ///   command builds both.
  init(_ name: String = "crashlab", _ build: Build? = nil) throws {
    let build = build ?? .usual(of: name)
    // The test bundle lies beside the programs: .build/TRIPLE/debug/crashlabPackageTests.xctest
    let debug = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    executable =
      debug.deletingLastPathComponent().appendingPathComponent(build.rawValue)
      .appendingPathComponent(name)
    if let problem = BuiltProgram.problem(of: executable, build) {
      throw Missing(description: problem)
    }
  }

  /// A program that is not this package's.
  init(path: String) { executable = URL(fileURLWithPath: path) }

  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Running {
    try Running(executable, arguments, environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    try start(arguments, environment: environment).wait()
  }

  final class Running: @unchecked Sendable {
    private let process = Process()
    private let outputFile: URL
    private let errorFile: URL

    fileprivate init(
      _ executable: URL, _ arguments: [String], _ environment: [String: String]
    ) throws {
      // Files, not pipes: nobody has to read while it runs.
      let folder = FileManager.default.temporaryDirectory
      outputFile = folder.appendingPathComponent("crashlab-\(UUID().uuidString).out")
      errorFile = folder.appendingPathComponent("crashlab-\(UUID().uuidString).err")
      for file in [outputFile, errorFile] {
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
      }
      process.executableURL = executable
      process.arguments = arguments
      // Reports of crashes are kept in no folder of the user's.
      process.environment = ProcessInfo.processInfo.environment
        .merging(["XDG_STATE_HOME": folder.appendingPathComponent("crashlab-state").path]) { $1 }
        .merging(environment) { $1 }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: outputFile)
      process.standardError = try FileHandle(forWritingTo: errorFile)
      _ = CorePattern.isQuiet
      // The threads that run tests block signals; a user's shell does not.
      var none = sigset_t()
      var blocked = sigset_t()
      sigemptyset(&none)
      pthread_sigmask(SIG_SETMASK, &none, &blocked)
      defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
      try process.run()
    }

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    func wait() throws -> Result {
      process.waitUntilExit()
      defer {
        for file in [outputFile, errorFile] { try? FileManager.default.removeItem(at: file) }
      }
      return Result(
        status: process.terminationStatus,
        output: try String(contentsOf: outputFile, encoding: .utf8),
        errors: try String(contentsOf: errorFile, encoding: .utf8))
    }
  }
}

/// A folder that is gone when the test ends.
func withTemporaryFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("crashlab-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// The processes whose parent this is, from /proc.
func children(of process: Int32) -> [Int32] {
  let text = try? String(
    contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
  return (text ?? "").split(separator: " ").compactMap { Int32($0) }
}

/// Whether a process lives (a zombie does not).
func isAlive(_ process: Int32) -> Bool {
  guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
    let end = stat.lastIndex(of: ")")
  else { return false }
  return !stat[end...].hasPrefix(") Z")
}

/// Waits until something is so, for at most so many seconds.
func eventually(within seconds: Double = 5, _ condition: () -> Bool) -> Bool {
  let end = Date().addingTimeInterval(seconds)
  while !condition() {
    if Date() > end { return false }
    usleep(5000)
  }
  return true
}
