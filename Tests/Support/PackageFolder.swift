public import Foundation

/// The package that these tests belong to.
public enum PackageFolder {
  /// Where Package.swift is.
  public static let url: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let manifest = folder.appendingPathComponent("Package.swift").path
      if FileManager.default.fileExists(atPath: manifest) { break }
    }
    return folder
  }()

  public static let path = url.path

  public static func file(_ path: String) -> URL { url.appendingPathComponent(path) }
}
