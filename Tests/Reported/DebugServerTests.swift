import Foundation
import Glibc
import Testing

@testable import CrashLab

/// Debug information that a server has (debuginfod(8)), on loopback.
@Suite struct DebugServerTests {
  /// A socket that listens, which does not wait for who comes, and its port.
  private static func listener() throws -> (CInt, UInt16) {
    let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
    let listener = socket(AF_INET, Int32(type), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && getsockname(listener, $0, &size) == 0
          && listen(listener, 16) == 0
      }
    }
    try #require(bound)
    return (listener, UInt16(bigEndian: address.sin_port))
  }

  /// The first frame as a program without debug information has it where a server is asked.
  private static func frame(
    of program: String, server: String, cache: String, _ others: [String: String] = [:]
  ) throws -> UnwindReport.Frame {
    let report = "\(program).json"
    let result = try Command().run(
      ["exec", "--no-keep", "--format", "json", "--report", report, program],
      environment: ["DEBUGINFOD_URLS": server, "DEBUGINFOD_CACHE_PATH": cache]
        .merging(others) { $1 })
    #expect(result.status == 139, "\(result.errors)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: report))
    let told = try JSON.value(RunReport.self, from: Array(bytes))
    return try #require(told.trials.first?.faults.first?.unwind?.frames.first)
  }

  /// libdw loads it if it is there and needs it for nothing else: on Debian it comes with gdb.
  private static let canAsk: Bool = {
    guard let library = dlopen("libdebuginfod.so.1", RTLD_LAZY) else { return false }
    dlclose(library)
    return true
  }()

  private static let stripped =
    "gcc -g -O1 program.c -o program; mkdir debug; "
    + "objcopy --only-keep-debug program debug/program.debug; strip program"

  private static let source = """
    __attribute__((noinline)) int leaf(volatile int *p) { return *p; }
    int main(void) { return leaf(0) + 1; }
    """

  @Test(
    .enabled(
      if: Toolbox.has("debuginfod") && Toolbox.has("gcc") && Toolbox.has("objcopy"),
      "debuginfod, gcc or objcopy is not installed"),
    .enabled(if: canAsk, "libdebuginfod is not installed: libdw asks no server without it"))
  func linesComeFromAServer() throws {
    try DebugInformationTests.withProgram(Self.stripped, source: Self.source) { program in
      let folder = URL(fileURLWithPath: program).deletingLastPathComponent().path
      let (listener, port) = try Self.listener()
      close(listener)
      let server = Process()
      server.executableURL = URL(fileURLWithPath: try #require(Toolbox.find("debuginfod")))
      server.arguments = [
        "-F", "-d", ":memory:", "-p", "\(port)", "-c", "1", "-t", "0", "\(folder)/debug",
      ]
      server.environment = ["HOME": folder, "DEBUGINFOD_CACHE_PATH": "\(folder)/server"]
      server.standardOutput = FileHandle.nullDevice
      server.standardError = FileHandle.nullDevice
      try server.run()
      defer {
        // It inherits a mask that may block SIGTERM.
        kill(server.processIdentifier, SIGKILL)
        server.waitUntilExit()
      }
      // It is there when it has read the folder, which nobody is told of: asked again, at first
      // with nothing, each time with a cache of its own, as what was not there is remembered.
      let url = "http://127.0.0.1:\(port)"
      for attempt in 0..<60 {
        let frame = try Self.frame(of: program, server: url, cache: "\(folder)/cache\(attempt)")
        #expect(frame.image == program)
        if frame.line == 1 {
          #expect(frame.symbol == "leaf" && frame.file?.hasSuffix("/program.c") == true)
          return
        }
        usleep(250_000)
      }
      Issue.record("no line has come from \(url)")
    }
  }

  /// Nobody listens: the report comes all the same, without lines.
  @Test(
    .enabled(if: Toolbox.has("gcc") && Toolbox.has("objcopy"), "gcc or objcopy is not installed"))
  func aServerThatIsNotThere() throws {
    try DebugInformationTests.withProgram(Self.stripped, source: Self.source) { program in
      let (listener, port) = try Self.listener()
      close(listener)
      let frame = try Self.frame(
        of: program, server: "http://127.0.0.1:\(port)", cache: "\(program).cache")
      #expect(frame.line == nil && frame.image == program)
    }
  }

  /// Who listens says nothing: that is waited for once, not for each of the images.
  @Test(
    .enabled(if: Toolbox.has("gcc") && Toolbox.has("objcopy"), "gcc or objcopy is not installed"),
    .enabled(if: canAsk, "libdebuginfod is not installed: libdw asks no server without it"))
  func aServerThatIsSilent() throws {
    let commands =
      "gcc -O1 -shared -fPIC -DPART program.c -o libpart.so; strip libpart.so; "
      + "gcc -O1 program.c -o program -L. -lpart -Wl,-rpath,$PWD; strip program"
    let source = """
      #ifdef PART
      int leaf(volatile int *p) { return *p; }
      #else
      int leaf(volatile int *p);
      int main(void) { return leaf(0) + 1; }
      #endif
      """
    try DebugInformationTests.withProgram(commands, source: source) { program in
      let (listener, port) = try Self.listener()
      defer { close(listener) }
      let frame = try Self.frame(
        of: program, server: "http://127.0.0.1:\(port)", cache: "\(program).cache",
        ["DEBUGINFOD_TIMEOUT": "1"])
      #expect(frame.symbol == "leaf" && frame.line == nil)
      var connections = 0
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0 { break }
        close(connection)
        connections += 1
      }
      #expect(connections == 1)
    }
  }
}
