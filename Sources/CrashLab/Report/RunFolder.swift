internal import CHarness
internal import Glibc

/// A folder with one JSON file a trial. A file is there whole or not at all: it is written under
/// another name first.
public struct RunFolder: Sendable {
  public let path: String
  private let machine: Machine

  /// Makes `root/2026-11-24T07.30.00-1234/`: the start, and the process that made it.
  public static func create(in root: String, machine: Machine) throws(SystemError) -> RunFolder {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    var name = [CChar](repeating: 0, count: 64)
    strftime(&name, name.count, "%Y-%m-%dT%H.%M.%S", &parts)
    let path = root + "/" + String(cString: name) + "-\(getpid())"
    let advice = "choose another folder with --output, or write none with --no-save"
    for folder in [root, path] where mkdir(folder, 0o777) != 0 && errno != EEXIST {
      throw SystemError("mkdir", folder, advice: advice)
    }
    return RunFolder(path: path, machine: machine)
  }

  /// Writes the report of one trial.
  public func save(_ report: TrialReport) throws {
    let name = "\(report.case ?? "command").\(report.attempt).json"
    try write(JSON.text(of: TrialFile(machine: machine, trial: report)), as: name)
  }

  private func write(_ text: String, as name: String) throws(SystemError) {
    let final = "\(path)/\(name)"
    let partial = "\(path)/.\(name).partial"
    let advice = "is the disk full? the reports written before are whole"
    let descriptor = try system("open", partial) {
      open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    }
    do {
      try Output(descriptor: descriptor).write(text)
    } catch {
      close(descriptor)
      unlink(partial)
      throw SystemError("write", final, code: (error as? SystemError)?.code, advice: advice)
    }
    guard close(descriptor) == 0, rename(partial, final) == 0 else {
      let code = errno
      unlink(partial)
      throw SystemError("rename", final, code: code, advice: advice)
    }
  }

  // MARK: - Reading what earlier runs have left

  /// The names of the run folders, oldest first; empty if there is no root.
  public static func list(in root: String) -> [String] {
    entries(of: root).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The trials of a run that can be read, by name of their files, and what is wrong with others.
  public static func trials(in path: String) -> (files: [TrialFile], broken: [String]) {
    var files: [TrialFile] = []
    var broken: [String] = []
    for name in entries(of: path).sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
      do {
        guard let bytes = readSmallBytes("\(path)/\(name)") else { throw SystemError("read", name) }
        files.append(try JSON.value(TrialFile.self, from: bytes))
      } catch {
        broken.append("\(printable(name)): \(error)")
      }
    }
    return (files, broken)
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
