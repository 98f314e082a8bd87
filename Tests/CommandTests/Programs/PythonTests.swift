import Foundation
import Testing

@testable import CrashLab

/// The functions of Python beside those of C, with every CPython of this machine whose frames are known.
@Suite(.enabled(if: !Interpreters.all.isEmpty, "no CPython 3.11 to 3.15 here"))
struct PythonTests {
  private func withScript<Value>(
    _ lines: [String], _ body: (_ folder: String, _ script: String) throws -> Value
  ) throws -> Value {
    try withTemporaryFolder { folder in
      let script = "\(folder)/script.py"
      try lines.joined(separator: "\n").write(toFile: script, atomically: true, encoding: .utf8)
      return try body(folder, script)
    }
  }

  @Test(arguments: Interpreters.all) func aCrashInCIsToldByItsCallers(python path: String) throws {
    let trial = try withScript([
      "import ctypes", "class Tree:", "  def visit(self, depth):",
      "    if depth == 0: ctypes.string_at(8)", "    else: self.visit(depth - 1)", "",
      "Tree().visit(20)",
    ]) { folder, script in
      try LanguageTests.exec([path, script], in: folder).trial
    }
    let python = try #require(trial.faults.first?.unwind?.python)
    #expect(python.map(\.function) == ["string_at", "Tree.visit", "Tree.visit", "<module>"])
    #expect(python.dropFirst().map(\.line) == [4, 5, 7])
    #expect(python.map(\.count) == [1, 1, 20, 1])
    #expect(python.last?.file.hasSuffix("/script.py") == true)
    #expect(trial.signature?.hasPrefix("null-script_py_Tree_visit-") == true)
  }

  /// The interpreter's own handler tells the frames of the same crash.
  @Test(arguments: Interpreters.all) func theirTraceIsThatOfFaulthandler(python path: String) throws
  {
    try withScript([
      "import ctypes, threading", "def größe(n):", "  if n: return [größe(n - 1) for _ in (1,)]",
      "  ctypes.string_at(1)", "def items():", "  yield from map(größe, (2,))",
      "class Lazy:", "  def __getattr__(self, name):",
      "    return sorted(items(), key=lambda item: item)", "def work():", "  Lazy().name",
      "thread = threading.Thread(target=work)", "thread.start()", "thread.join()",
    ]) { folder, script in
      let trial = try LanguageTests.exec([path, script], in: folder).trial
      let unwind = try #require(trial.faults.first?.unwind)
      let ours = (unwind.python ?? []).flatMap { frame in
        let name = frame.function.split(separator: ".").last ?? ""
        return Array(
          repeating: "\"\(frame.file)\", line \(frame.line ?? 0) in \(name)", count: frame.count)
      }
      let said = try Command(path: path).run(["-X", "faulthandler", script]).errors
      let theirs = said.split(separator: "\n\n").first { $0.contains("Current thread") }
      #expect(
        ours
          == theirs?.split(separator: "\n").filter { $0.hasPrefix("  File ") }
          .map {
            $0.dropFirst(7).replacing("\\xf6", with: "ö").replacing("\\xdf", with: "ß")
          }.map(String.init))
      #expect(ours.contains { $0.hasSuffix(" in größe") })
    }
  }

  /// What calls through C takes its stack.
  @Test(arguments: Interpreters.overflowing) func whoRecursed(python path: String) throws {
    let trial = try withScript([
      "import sys", "sys.setrecursionlimit(10 ** 6)", "def descend(n):",
      "  return sorted([n], key=lambda item: descend(item + 1))", "descend(0)",
    ]) { folder, script in
      try LanguageTests.exec(
        ["/bin/sh", "-c", "ulimit -s 256; exec \"$@\"", "-", path, script], in: folder
      ).trial
    }
    let fault = try #require(trial.faults.first)
    #expect(fault.site.isOverflow)
    let python = fault.unwind?.python ?? []
    #expect(python.count < 8)
    let round = python.filter { $0.period == 2 }
    #expect(Set(round.map(\.function)) == ["descend", "descend.<locals>.<lambda>"])
    #expect(round.allSatisfy { $0.count > 20 })
    #expect(python.last?.function == "<module>")
    let used = try #require(fault.unwind?.pythonStackUsed)
    #expect(used > 128 << 10 && used < 256 << 10)
    #expect(trial.signature?.hasPrefix("overflow-script_py_descend-") == true)
  }

  @Test(arguments: Interpreters.all) func everyThreadOfAProcessThatRuns(python path: String) throws
  {
    try withScript([
      "import threading, time", "def work():", "  time.sleep(100)",
      "for i in range(3): threading.Thread(target=work, daemon=True).start()",
      "print('ready', flush=True)", "time.sleep(100)",
    ]) { _, script in
      let target = try Command(path: path).start([script])
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
      let threads = report.trials.first?.threads ?? []
      let python = threads.map { thread in
        (threads.first { $0.id == thread.sameAs } ?? thread).unwind?.python ?? []
      }
      // The first call of an instruction takes another way through the interpreter.
      #expect(python.filter { $0.first?.function == "work" && $0.first?.line == 3 }.count == 3)
      #expect(
        python.filter { $0 == [.init(function: "<module>", file: script, line: 6)] }.count == 1)
    }
  }
}

private enum Interpreters {
  /// By the paths of their files.
  static let all = ofVersions.keys.sorted()
  /// 3.14 and later look at the stack's limit before they call.
  static let overflowing = all.filter { ofVersions[$0, default: 0] < 14 }

  private static let ofVersions: [String: Int] = {
    let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
    let pyenv = home + "/.pyenv/versions"
    let others = (try? FileManager.default.contentsOfDirectory(atPath: pyenv)) ?? []
    let question = "import sys, ctypes; print(sys.implementation.name, sys.version_info[1])"
    var versions: [String: Int] = [:]
    for path in [Toolbox.python] + others.map({ "\(pyenv)/\($0)/bin/python3" }) {
      let said = (try? Command(path: path).run(["-c", question]))?.output
      versions[path] = (11...15).first { said == "cpython \($0)\n" }
    }
    return versions
  }()
}
