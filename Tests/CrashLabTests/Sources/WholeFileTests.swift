import Foundation
import Testing

@testable import CrashLab

/// A file is there whole or not at all, whatever happens while it is written.
@Suite struct WholeFileTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "/crashlab-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func contents(of folder: String) throws -> [String: String] {
    var contents: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      contents[name] = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }
    return contents
  }

  @Test func aFileIsReplaced() throws {
    try inFolder { folder in
      for text in ["first", "second, and longer", "3"] {
        try writeWhole(text, to: "\(folder)/report.json")
        #expect(try contents(of: folder) == ["report.json": text])
      }
    }
  }

  /// It is renamed only when it is complete: who reads meanwhile reads the old one.
  @Test func theOldFileIsThereUntilTheEnd() throws {
    try inFolder { folder in
      let path = "\(folder)/report.json"
      try writeWhole("old", to: path)
      let old = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      try writeWhole("new", to: path)
      #expect(try old.readToEnd() == Data("old".utf8))
      #expect(try contents(of: folder) == ["report.json": "new"])
    }
  }

  @Test func aPipeIsWrittenToAndStays() throws {
    try inFolder { folder in
      let path = "\(folder)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      let reader = open(path, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try writeWhole("words", to: path)
      var bytes = [UInt8](repeating: 0, count: 16)
      #expect(read(reader, &bytes, bytes.count) == 5)
      var status = stat()
      #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }
  }

  @Test func aLinkIsFollowedAndStays() throws {
    try inFolder { folder in
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/link", withDestinationPath: "\(folder)/target")
      _ = FileManager.default.createFile(atPath: "\(folder)/target", contents: nil)
      try writeWhole("words", to: "\(folder)/link")
      var status = stat()
      #expect(lstat("\(folder)/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      #expect(try contents(of: folder) == ["link": "words", "target": "words"])
    }
  }
}
