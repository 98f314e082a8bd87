internal import CrashLabModel

/// Text made safe for HTML and XML, in elements and in quoted attributes alike.
///
/// It looks at scalars, not at characters: a quote with a combining mark is one character in Swift,
/// but a browser sees the quote.
package func markup(_ text: String) -> String {
  var result = ""
  for scalar in printable(text).unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
