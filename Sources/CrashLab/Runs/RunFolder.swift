internal import CHarness
package import CrashLabModel
internal import Glibc

/// A folder with one JSON file a trial. A file is there whole or not at all: it is written under
/// another name first.
package struct RunFolder: Sendable {
  package let path: String
  private let machine: Machine

  /// Makes `root/2026-11-24T07.30.00-1234/`: the start, and the process that made it.
  package static func create(in root: String, machine: Machine) throws(SystemError) -> RunFolder {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    let name = String(unsafeUninitializedCapacity: 64) {
      $0.withMemoryRebound(to: CChar.self) {
        strftime($0.baseAddress, $0.count, "%Y-%m-%dT%H.%M.%S", &parts)
      }
    }
    let path = "\(root)/\(name)-\(getpid())"
    for folder in [root, path] where mkdir(folder, 0o777) != 0 && errno != EEXIST {
      throw SystemError("mkdir", folder, for: .makeRunFolder)
    }
    return RunFolder(path: path, machine: machine)
  }

  /// Writes the report of one trial.
  package func save(_ report: TrialReport) throws {
    let name = RunFolder.fileName(report.case ?? "command", report.attempt)
    try writeWhole(
      JSON.text(of: TrialFile(machine: machine, trial: report)), to: "\(path)/\(name)",
      for: .saveReport)
  }

  // MARK: - Reading what earlier runs have left

  /// The names of the run folders, oldest first; empty if there is no root.
  package static func list(in root: String) -> [String] {
    entries(of: root).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The trials of a run that can be read, by name of their files, and what is wrong with others.
  package static func trials(in path: String) -> (files: [TrialFile], broken: [String]) {
    var files: [TrialFile] = []
    let broken = forEachTrial(in: path) { files.append($0) }
    return (files, broken)
  }

  /// Reads the trials of a run one after the other, by name of their files, so that a long run
  /// needs no more memory than a short one. Returns what is wrong with those that can't be read.
  package static func forEachTrial(
    in path: String, _ body: (TrialFile) throws -> Void
  ) rethrows -> [String] {
    var broken: [String] = []
    for name in entries(of: path).sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
      let file: TrialFile
      do {
        file = try read("\(path)/\(name)")
      } catch {
        broken.append("\(printable(name)): \(printable("\(error)"))")
        continue
      }
      try body(file)
    }
    return broken
  }

  /// The names of the cases that a run has files of, from the files' names alone.
  package static func caseNames(in path: String) -> Set<String> {
    Set(
      entries(of: path).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.compactMap {
        $0.split(separator: ".").first.map(String.init)
      })
  }

  /// One trial of a run; nil if the run has none of that name.
  package static func trial(
    _ caseName: String, attempt: Int, in path: String
  ) throws -> TrialFile? {
    let name = fileName(caseName, attempt)
    return entries(of: path).contains(name) ? try read("\(path)/\(name)") : nil
  }

  private static func fileName(_ caseName: String, _ attempt: Int) -> String {
    "\(caseName).\(attempt).json"
  }

  /// A report is larger than this only if somebody made it so.
  static let largestReport = 16 << 20

  private static func read(_ path: String) throws -> TrialFile {
    try JSON.value(
      TrialFile.self, from: readRegularFile(path, atMost: RunFolder.largestReport))
  }

  private static func entries(of path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { names.append(String(cString: $0)) }
      }
    }
    return names
  }
}
