package dev.unembed.base.ui;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.button.Button;

/** Copies a text, or the address of the page, and says so. The browser does it without a round trip. */
public class CopyButton extends Button {
    private static final String COPY = """
            if (this.__copies) return;
            this.__copies = true;
            const label = this.textContent;
            this.addEventListener('click', async () => {
              const text = this.getAttribute('data-copy') || location.href;
              let copied = false;
              try { await navigator.clipboard.writeText(text); copied = true; } catch {
                // No clipboard outside a secure context: select and copy the old way.
                const area = document.createElement('textarea');
                area.value = text; area.style.position = 'fixed'; area.style.opacity = '0';
                document.body.append(area); area.select();
                copied = document.execCommand('copy'); area.remove(); this.focus();
              }
              this.textContent = copied ? 'Copied' : text;
              clearTimeout(this.__back);
              this.__back = setTimeout(() => { this.textContent = label; }, 2000);
            });
            """;

    /** Copies the address of the page as it is when clicked. */
    public CopyButton(String label) {
        super(label);
    }

    /** Copies this text. */
    public CopyButton(String label, String text) {
        super(label);
        getElement().setAttribute("data-copy", text);
    }

    @Override
    protected void onAttach(AttachEvent event) {
        super.onAttach(event);
        getElement().executeJs(COPY);
    }
}
