import Foundation
import TestSupport
import Testing

/// The example of a package that uses the library: built and tested as its README says. It builds the
/// library once more, which takes both processors for minutes: only where CRASHLAB_EXAMPLE is set.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["CRASHLAB_EXAMPLE"] != nil, "needs CRASHLAB_EXAMPLE"))
struct ExamplePackageTests {
  @Test func itsTestsPass() throws {
    // Beside this package's own build, so that it is kept and goes as that does.
    let build = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("example")
    let result = try Command(path: "/usr/bin/env").run([
      "swift", "test", "--jobs", "2", "--disable-build-manifest-caching", "--scratch-path",
      build.path,
      "--package-path", PackageFolder.file("Tests/Programs/ExamplePackage").path,
    ])
    #expect(result.status == 0, "\(result.output.suffix(2000))\(result.errors.suffix(2000))")
    #expect(result.output.contains("Test diesExactlySo() passed"))
  }
}
