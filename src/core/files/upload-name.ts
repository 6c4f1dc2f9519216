const longestBytes = 120;
const longestExtension = 20;

// What tools, shells or file systems treat specially, also behind an ending (`con.txt`).
const reservedOnWindows = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\s*\.|$)/i;
// What package managers and interpreters run or look into without being asked.
const protectedNames = /^(?:package(?:-lock)?\.json|node_modules|(?:site|user)customize\.pyc?)$/i;

/**
 * A name that a stranger chose, made safe for every platform: no separators, control, bidi or invisible characters, no
 * leading dots or dashes, nothing reserved or protected, at most 120 bytes with its ending kept.
 */
export function safeFileName(name: string): string {
  const last = name.split(/[/\\]/).findLast((part) => part.trim() !== '' && !/^\.+$/.test(part)) ?? '';
  const clean = last
    .toWellFormed()
    .normalize('NFC')
    // Line breaks and tabs part words; what cannot be seen goes without a trace.
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}]/gu, '')
    .replaceAll(/[<>:"|?*\uFFFD]/g, '_')
    .replaceAll(/^\s+|[\s.]+$/g, '')
    .replace(/^[.\s]+|^-/, '_');
  const guarded = reservedOnWindows.test(clean) || protectedNames.test(clean) ? `_${clean}` : clean;
  return shorten(guarded) || 'file';
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= longestBytes) return name;
  const dot = name.lastIndexOf('.');
  const hasExtension = dot > 0 && Buffer.byteLength(name.slice(dot)) <= longestExtension;
  const extension = hasExtension ? name.slice(dot) : '';
  const stem = hasExtension ? name.slice(0, dot) : name;
  let room = longestBytes - Buffer.byteLength(extension);
  let kept = '';
  for (const character of stem) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    kept += character;
  }
  return kept.trimEnd() + extension;
}
