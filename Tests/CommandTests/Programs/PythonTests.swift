import Foundation
import Testing

@testable import CrashLab

/// The functions of Python beside those of C. Only the layout of 3.11 is known.
@Suite(.enabled(if: isPythonKnown, "no CPython 3.11 here")) struct PythonTests {
  private func withScript<Value>(
    _ lines: [String], _ body: (_ folder: String, _ script: String) throws -> Value
  ) throws -> Value {
    try withTemporaryFolder { folder in
      let script = "\(folder)/script.py"
      try lines.joined(separator: "\n").write(toFile: script, atomically: true, encoding: .utf8)
      return try body(folder, script)
    }
  }

  @Test func aCrashInCIsToldByItsCallers() throws {
    let trial = try withScript([
      "import ctypes", "class Tree:", "  def visit(self, depth):",
      "    if depth == 0: ctypes.string_at(8)", "    else: self.visit(depth - 1)", "",
      "Tree().visit(20)",
    ]) { folder, script in
      try LanguageTests.exec([Toolbox.python, script], in: folder).trial
    }
    let python = try #require(trial.faults.first?.unwind?.python)
    #expect(python.map(\.function) == ["string_at", "Tree.visit", "Tree.visit", "<module>"])
    #expect(python.dropFirst().map(\.line) == [4, 5, 7])
    #expect(python.map(\.count) == [1, 1, 20, 1])
    #expect(python.last?.file.hasSuffix("/script.py") == true)
  }

  @Test func everyThreadOfAProcessThatRuns() throws {
    try withScript([
      "import threading, time", "def work():", "  time.sleep(100)",
      "for i in range(3): threading.Thread(target=work, daemon=True).start()",
      "print('ready', flush=True)", "time.sleep(100)",
    ]) { _, script in
      let target = try Command(path: Toolbox.python).start([script])
      defer {
        kill(target.identifier, SIGKILL)
        _ = try? target.wait()
      }
      let isReady = eventually(within: 20) {
        let status =
          (try? String(contentsOfFile: "/proc/\(target.identifier)/status", encoding: .utf8)) ?? ""
        return status.contains("Threads:\t4\n") && status.contains("State:\tS")
      }
      try #require(isReady)
      usleep(200_000)
      let result = try Command().run([
        "look", "--no-keep", "--pid", "\(target.identifier)", "--format", "json",
      ])
      let report = try JSONDecoder().decode(RunReport.self, from: Data(result.output.utf8))
      let groups = EqualThreads.all(in: report.trials.first?.threads ?? [])
      #expect(groups.first?.count == 3)
      #expect(groups.first?.first.unwind?.python?.first?.function == "work")
      #expect(groups.first?.first.unwind?.python?.first?.line == 3)
      let main = groups.last?.first.unwind?.python
      #expect(main == [.init(function: "<module>", file: script, line: 6)])
    }
  }
}

private let isPythonKnown =
  (try? Command(path: Toolbox.python).run(["-c", "import sys; print(sys.version_info[:2])"]))?
  .output == "(3, 11)\n"
