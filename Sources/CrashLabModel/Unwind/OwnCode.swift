/// The user's own code in a chain of calls: neither the system's libraries nor what a language's
/// compiler has put there.
package struct OwnCode: Sendable, Equatable {
  /// Of the frame.
  package var index: Int
  package var function: UnwindReport.Recursion.Function

  /// Every function that is somebody's own, innermost first; a fold's frames are told once.
  package static func all(in frames: [UnwindReport.Frame]) -> [OwnCode] {
    frames.filter { isOwn(image: $0.image) }.flatMap { frame in
      // What was inlined has debug information: without a line there it is a compiler's making.
      let inlined = (frame.inlined ?? []).filter {
        $0.file != nil && isOwn(file: $0.file) && !isOfRuntime($0.symbol)
      }
      .map { inlined in
        var function = UnwindReport.Recursion.Function(frame)
        function.symbol = inlined.symbol
        function.file = inlined.file
        function.line = inlined.line
        function.column = inlined.column
        return OwnCode(index: frame.index, function: function)
      }
      guard let symbol = frame.symbol, isOwn(file: frame.file), !isOfRuntime(symbol) else {
        return inlined
      }
      return inlined + [OwnCode(index: frame.index, function: .init(frame))]
    }
  }

  private init(index: Int, function: UnwindReport.Recursion.Function) {
    self.index = index
    self.function = function
  }

  /// Of the interpreter's own images: `python3.11`, `libpython3.11.so.1.0`, and the extensions that
  /// come with it.
  package var isOfPython: Bool {
    if function.image?.contains("/lib-dynload/") == true { return true }
    let name = function.image?.split(separator: "/").last ?? ""
    return name.hasPrefix("python") || name.hasPrefix("libpython")
  }

  /// A file that a package manager has put there is not the user's (hier(7)).
  private static func isOwn(image: String?) -> Bool {
    guard let image, image.hasPrefix("/") else { return false }
    let folders = ["/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/", "/usr/libexec/"]
    return !folders.contains(where: image.hasPrefix)
      && image.split(separator: "/").last?.hasPrefix("libswift") != true
  }

  /// Sources of standard libraries, as their builds name them; a file that is not known may be
  /// anybody's.
  private static func isOwn(file: String?) -> Bool {
    guard let file else { return true }
    let foreign = [
      "/usr/include/", "/usr/lib/", "/rustc/", "./nptl/", "./stdlib/", "./string/", "./assert/",
      "./debug/", "./csu/", "../sysdeps/", "/usr/local/go/src/runtime/", "/usr/share/go",
    ]
    return !foreign.contains(where: file.hasPrefix) && !file.contains("/library/std/src/")
      && !file.contains("/library/core/src/") && !file.contains("/stdlib/public/")
  }

  /// Linked into the program itself.
  private static func isOfRuntime(_ symbol: String) -> Bool {
    let prefixes = [
      "std::", "core::", "alloc::", "__gnu_cxx::", "__cxa_", "swift_", "swift::", "_Unwind_",
      "runtime.", "rust_", "__rust", "__libc_", "_start", "abort", "raise", "__assert",
      "Swift runtime failure", CodeName.signalFrame, "__asan", "__interceptor",
      "generic specialization <",
    ]
    return prefixes.contains(where: symbol.hasPrefix)
  }
}
