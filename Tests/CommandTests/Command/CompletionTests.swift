import Foundation
import Testing

/// What bash offers after the completion script was read.
@Suite struct CompletionTests {
  private static let asking = """
    source <("$0" --generate-completion-script bash)
    PATH=$(dirname "$0"):$PATH
    COMP_WORDS=(crashlab "$@") COMP_CWORD=$# COMP_TYPE=9 COMP_KEY=9
    COMP_LINE="crashlab $*"; COMP_POINT=${#COMP_LINE}
    _crashlab crashlab "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
    printf '%s\\n' "${COMPREPLY[@]}"
    """

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash"), "no bash here"),
    arguments: [
      (["run", "thread-recur"], "thread-recursion"), (["run", "--tag", "corou"], "coroutines"),
      (["explain", "null-w"], "null-write"), (["compare", "lat"], "latest"),
      (["report", "20"], "2026-11-27T08.36.37-7"), (["run", "--format", "jun"], "junit"),
      (["frames", "/bin/tru"], "/bin/true"), (["doc"], "doctor"),
    ])
  func offersWhatFits(words: [String], wanted: String) throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/.crashlab/2026-11-27T08.36.37-7", withIntermediateDirectories: true)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments =
        [
          "-c", CompletionTests.asking, try Command().executable.path,
        ] + words
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.environment = ["XDG_STATE_HOME": folder, "PATH": "/usr/bin:/bin"]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let offered = String(
        decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(offered.split(separator: "\n").contains { $0 == wanted }, "\(offered)")
    }
  }
}
