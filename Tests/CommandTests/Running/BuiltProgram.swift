import Foundation
import Synchronization
import TestSupport
import Testing

/// Whether a program of this package was built from the sources as they are now.
enum BuiltProgram {
  private static let known = Mutex<[String: String?]>([:])

  /// What speaks against running it, and what helps; nil if nothing does.
  static func problem(of program: URL, _ build: Build) -> String? {
    known.withLock { known in
      if let answer = known[program.path] { return answer }
      let answer = problem(
        of: program,
        sources: folders(of: program.lastPathComponent).map(PackageFolder.file),
        command: build == .release ? "swift build -c release" : "swift build --build-tests")
      known[program.path] = answer
      return answer
    }
  }

  static func problem(of program: URL, sources: [URL], command: String) -> String? {
    guard FileManager.default.isExecutableFile(atPath: program.path),
      let built = date(of: program)
    else { return "\(program.path) is not there: run `\(command)` first" }
    for folder in sources {
      if let file = newest(in: folder), let changed = date(of: file), changed > built {
        return "\(program.path) is older than \(file.path): run `\(command)` first"
      }
    }
    return nil
  }

  /// What a program is linked of: what it does not contain may be newer.
  private static func folders(of program: String) -> [String] {
    let library =
      ["CrashLab", "CrashLabModel", "ObjectFiles", "CNaming"].map { "Sources/\($0)" }
      + ["harness"]
    switch program {
    case "crashlab":
      return library
        + ["CrashLabText", "CrashLabBench", "CrashLabPages", "crashlab"]
        .map { "Sources/\($0)" } + ["cases"]
    case "oracle":
      return library + ["Tests/Programs/Oracle", "Tests/Programs/RandomRecursions"]
    case "reporting":
      return ["Sources/CReporter", "Sources/CrashLabReporter", "Tests/Programs/Reporting"]
    case "hostile-children":
      return library + ["Sources/CrashLabText", "Tests/Programs/HostileChildren"]
    default:
      let folder = program.split(separator: "-").map(\.capitalized).joined()
      return ["Tests/Programs/\(folder)"]
    }
  }

  private static func date(of file: URL) -> Date? {
    try? FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
  }

  /// The source file that was changed last. What else lies there (documentation, scripts) is not
  /// built.
  private static func newest(in folder: URL) -> URL? {
    let extensions: Set = ["swift", "c", "h", "S"]
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return files?.compactMap { $0 as? URL }
      .filter { extensions.contains($0.pathExtension) }
      .max { date(of: $0) ?? .distantPast < date(of: $1) ?? .distantPast }
  }
}

/// The tests run what was built of this tree, or say that they can't.
@Suite struct BuiltProgramTests {
  private func problem(_ built: Double, _ source: Double, named name: String = "a.swift") throws
    -> String?
  {
    try withTemporaryFolder { folder in
      let program = URL(fileURLWithPath: "\(folder)/program")
      let sources = URL(fileURLWithPath: "\(folder)/sources/deep")
      try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
      let file = sources.appendingPathComponent(name)
      for (file, time, mode) in [(program, built, 0o755), (file, source, 0o644)] {
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSince1970: time), .posixPermissions: mode],
          ofItemAtPath: file.path)
      }
      return BuiltProgram.problem(
        of: program, sources: [URL(fileURLWithPath: "\(folder)/sources")], command: "build it")
    }
  }

  @Test func programOlderThanASourceIsNotRun() throws {
    #expect(try problem(2000, 1000) == nil)
    #expect(try problem(1000, 1000) == nil)
    let older = try #require(try problem(1000, 1001))
    #expect(older.contains("a.swift") && older.contains("build it"))
    #expect(try problem(1000, 2000, named: "README.md") == nil)
  }

  @Test func programThatIsNotThereIsSaid() {
    let missing = BuiltProgram.problem(
      of: URL(fileURLWithPath: "/no/such/program"), sources: [], command: "build it")
    #expect(missing == "/no/such/program is not there: run `build it` first")
  }
}
