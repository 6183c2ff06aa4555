/** What elements ask of the browser: clipboard, downloads, whose key an event is. */

/** Whether a key belongs to a field that is typed in, or to a dialog or menu that lies over the page. */
export function isElsewhere(path: EventTarget[]): boolean {
  return path.some(
    (node) =>
      node instanceof HTMLElement &&
      (node.isContentEditable || /^(input|textarea|select|dialog)$|-(overlay|dialog)$/.test(node.localName) || node.getAttribute('role') === 'dialog'),
  );
}

/** A key of the page itself: nobody took it, no modifier, no field. */
export function isPageKey(event: KeyboardEvent): boolean {
  return !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !isElsewhere(event.composedPath());
}

export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // plain http on another host has no clipboard interface
  const area = document.createElement('textarea');
  area.value = text;
  area.style.cssText = 'position:fixed;opacity:0';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** Copies a picture, or downloads it where the browser copies none; says which. */
export async function copyPicture(picture: () => Promise<Blob>, name: string): Promise<string> {
  if (typeof ClipboardItem === 'undefined' || !navigator.clipboard?.write) {
    download(await picture(), name);
    return 'Picture downloaded';
  }
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture() })]);
  return 'Picture copied';
}

export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
