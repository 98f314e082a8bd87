internal import CrashLabModel
internal import Glibc

extension CrashCase {
  /// A folder of the catalogue.
  public struct Folder: Sendable {
    public var name: String
    public var cases: [CrashCase]

    public init(_ name: String, _ cases: [CrashCase]) {
      self.name = name
      self.cases = cases
    }
  }
}

/// Cases by folder and by name.
public struct CaseCollection: Sendable {
  public var folders: [CrashCase.Folder]

  public init(_ folders: [CrashCase.Folder]) { self.folders = folders }

  public var all: [CrashCase] { folders.flatMap(\.cases) }

  public subscript(name: String) -> CrashCase? { all.first { $0.name == name } }

  /// The folder that a case is in.
  public func folder(of name: String) -> String? {
    folders.first { $0.cases.contains { $0.name == name } }?.name
  }

  /// The case names nearest to what somebody typed, best first; empty if none is near.
  public func suggestions(for typed: String, most: Int = 3) -> [String] {
    Array(nearest(to: typed, among: all.map(\.name)).prefix(most))
  }

  /// The cases that a word names: one, or those that a pattern with `*` and `?` fits; empty if none.
  package func matching(_ word: String) -> [CrashCase] {
    all.filter { $0.name == word || fnmatch(word, $0.name, 0) == 0 }
  }
}

/// Those that somebody may have meant who typed this, best first; empty if none is near.
package func nearest(to typed: String, among names: [String]) -> [String] {
  names.map { (name: $0, distance: editDistance(typed, $0)) }
    .filter { $0.distance <= max(2, typed.count / 3) || $0.name.contains(typed) }
    .sorted { $0.distance < $1.distance }
    .map(\.name)
}

/// Levenshtein's distance: how many characters to insert, delete or replace.
func editDistance(_ left: String, _ right: String) -> Int {
  let right = Array(right)
  var row = Array(0...right.count)
  for (i, a) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in right.enumerated() {
      let replaced = diagonal + (a == b ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
    }
  }
  return row[right.count]
}
