import Foundation
import Testing

/// Whatever ends the laboratory, nothing that it has started lives on.
@Suite struct InterruptionTests {
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGKILL])
  func nothingIsLeftRunning(signal: Int32) throws {
    let running = try Command().start(
      ["run", "hang", "hang", "--no-save", "--repeat", "4", "--jobs", "4"])
    // Four trials and the control process.
    #expect(eventually { children(of: running.identifier).count >= 5 })
    let started = children(of: running.identifier)
    kill(running.identifier, signal)
    let result = try running.wait()
    #expect(eventually { !started.contains(where: isAlive) }, "of \(started) some live")
    if signal == SIGKILL {
      #expect(result.status == SIGKILL)
    } else {
      #expect(result.status == 128 + signal)
      #expect(result.errors.contains("interrupted by"))
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func theProgramOfALookEndsToo(signal: Int32) throws {
    let look = try Command().start(["layout", "--after", "60", "sleep", "1000"])
    #expect(eventually { !children(of: look.identifier).isEmpty })
    let started = children(of: look.identifier)
    kill(look.identifier, signal)
    #expect(try look.wait().status == 128 + signal)
    #expect(eventually { !started.contains(where: isAlive) }, "of \(started) some live")
  }

  /// Whoever ignores SIGCHLD gets no status of a child, and so do those that it starts.
  @Test func whoIgnoresChildrenStartsAWholeLaboratory() throws {
    let command = try Command().executable.path
    func run(_ arguments: [String]) throws -> Int32 {
      try Command(path: "/usr/bin/env").run(["--ignore-signal=CHLD", command] + arguments).status
    }
    #expect(try run(["run", "null-write", "exit-zero", "--no-save"]) == 0)
    #expect(try run(["exec", "--no-keep", "--", "sh", "-c", "exit 7"]) == 7)
    // The program finds it as it was.
    let asks = ["grep", "-q", "SigIgn:.*[1357]....$", "/proc/self/status"]
    #expect(try run(["exec", "--no-keep", "--"] + asks) == 0)
  }
}
