import Foundation
import PackagePlugin

/// Makes the list of the catalogue from the files in `cases`, so that a case is one file: whatever
/// begins a line with `let NAME = CrashCase(`, by folder, both in the order of the files' names.
///
/// awk does the work: an executable of the package would be built once more for each set of
/// compiler options, sanitizers included.
@main
struct CataloguePlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let module = target as? any SourceModuleTarget else { return [] }
    let output = context.pluginWorkDirectoryURL.appending(path: "Catalogue.swift")
    let files = module.sourceFiles(withSuffix: "swift").map(\.url)
      .filter { $0.deletingLastPathComponent() != module.directoryURL }
      .sorted { $0.path < $1.path }
    return [
      .buildCommand(
        displayName: "Listing the catalogue's cases",
        executable: URL(filePath: "/usr/bin/awk"),
        arguments: ["-v", "output=\(output.path)", program] + files.map(\.path),
        inputFiles: files, outputFiles: [output])
    ]
  }
}

private let program = #"""
  BEGIN {
    print "public import CrashLab\n" > output
    print "/// Every case, by folder." > output
    print "public let catalogue = CaseCollection([" > output
  }
  /^let [A-Za-z0-9]+ = CrashCase\(/ {
    parts = split(FILENAME, part, "/")
    if (part[parts - 1] != folder) {
      if (folder != "") print "  ])," > output
      folder = part[parts - 1]
      print "  CrashCase.Folder(\"" folder "\", [" > output
    }
    print "    " $2 "," > output
  }
  END {
    if (folder != "") print "  ])," > output
    print "])" > output
  }
  """#
