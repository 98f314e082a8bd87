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
}
