import Foundation
import Testing

@testable import CrashLab

/// This machine with the core handler installed, for as long as a test lasts. A process that is none of
/// the test's puts everything back if the test is killed.
final class CatchingMachine {
  let folder: String
  let before: KernelSettings
  private let command: Command
  private let lines: CInt
  private var logged: [String] = []

  /// What speaks against it; nil if nothing does.
  static let objection: String? = {
    if geteuid() != 0 { return "only root may set kernel.core_pattern" }
    if access("/proc/sys/kernel/core_pattern", W_OK) != 0 { return "core_pattern can't be set" }
    guard let program = try? Command().executable.path else { return nil }  // the test says why
    return CatchInstallation.objection(to: program).map { "\($0)" }
  }()

  /// - Parameter options: of `catch install`.
  static func with<Value>(
    _ options: [String] = [], _ body: (CatchingMachine) throws -> Value
  ) throws -> Value {
    _ = CorePattern.isQuiet
    return try CorePattern.alone {
      let machine = try CatchingMachine()
      defer { machine.end() }
      let watcher = try machine.watch()
      defer { close(watcher) }
      try machine.install(options)
      let outcome = Result { try body(machine) }
      // Also where the body has thrown: the watcher's way there goes with the folder.
      let result = try machine.crashlab(["catch", "uninstall", "-S", machine.state])
      #expect(result.status == 0, "\(result.errors)")
      #expect(try KernelSettings() == machine.before)
      return try outcome.get()
    }
  }

  private init() throws {
    _ = CatchingMachine.objection
    before = try KernelSettings()
    command = try Command()
    // The kernel takes few bytes, and a path that only root may change.
    var name = Array("/tmp/clabXXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(folder, 0o755)
    symlink(command.executable.path, "\(folder)/c")
    lines = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    _ = fcntl(lines, F_SETFD, FD_CLOEXEC)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) {
      $0.copyBytes(from: Array("\(folder)/log".utf8))
    }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(lines, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
  }

  var state: String { "\(folder)/s" }

  func crashlab(_ arguments: [String]) throws -> Command.Result { try command.run(arguments) }

  func install(_ options: [String]) throws {
    let result = try crashlab(
      [
        "catch", "install", "--until-reboot", "-S", state, "--program", "\(folder)/c", "--log",
        "\(folder)/log",
      ] + (options.contains("--per-minute") ? [] : ["--per-minute", "100000"]) + options)
    try #require(result.status == 0, "\(result.errors)")
  }

  /// Starts what puts everything back when the descriptor is closed, by whomever.
  func watch() throws -> CInt {
    let pipe = Pipe()
    let watcher = Process()
    watcher.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
    watcher.arguments = [
      "/bin/sh", "-c",
      "trap '' INT TERM HUP; cat; \"$0/c\" catch uninstall -S \"$0/s\"; rm -rf \"$0\"", folder,
    ]
    watcher.standardInput = pipe
    watcher.standardOutput = FileHandle.nullDevice
    watcher.standardError = FileHandle.nullDevice
    try CatchingMachine.withNoSignalBlocked { try watcher.run() }
    defer { try? pipe.fileHandleForWriting.close() }
    return fcntl(pipe.fileHandleForWriting.fileDescriptor, F_DUPFD_CLOEXEC, 3)
  }

  private func end() {
    close(lines)
    try? FileManager.default.removeItem(atPath: folder)
  }

  // MARK: - Crashing

  /// Runs a program until it has died, with a limit that lets the kernel hand it over.
  ///
  /// - Returns: as waitpid tells it, and its number.
  @discardableResult
  func run(_ words: [String], as user: UInt32? = nil) throws -> (status: Int32, process: Int32) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let rights = user.map {
      ["setpriv", "--reuid=\($0)", "--regid=\($0)", "--clear-groups"]
    }
    process.arguments = ["-c", "ulimit -c unlimited; exec \"$@\"", "sh"] + (rights ?? []) + words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ["SWIFT_BACKTRACE": "enable=no", "PATH": "/usr/bin:/bin"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try CatchingMachine.withNoSignalBlocked { try process.run() }
    process.waitUntilExit()
    return (process.terminationStatus, process.processIdentifier)
  }

  /// The threads that run tests block signals, and a shell that waits for its children needs them.
  static func withNoSignalBlocked(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var blocked = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &blocked)
    defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
    try body()
  }

  /// The reports of programs with this argument.
  func reports(of mark: String) -> [CaughtReports.Report] {
    var found: [CaughtReports.Report] = []
    _ = CaughtReports(in: "\(state)/reports").visit {
      if $0.file.trial.command?.contains(mark) == true { found.append($0) }
    }
    return found
  }

  /// The only one, once it is written.
  func report(of mark: String) throws -> CaughtReports.Report {
    _ = eventually(within: 30) { !reports(of: mark).isEmpty }
    _ = log()  // the socket holds ten
    let found = reports(of: mark)
    try #require(found.count == 1, "\(mark): \(found.count) reports; \(log())")
    return found[0]
  }

  /// The lines that came for the system's log.
  func log() -> [String] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(lines, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count < 0 { return logged }
      logged.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
  }
}
