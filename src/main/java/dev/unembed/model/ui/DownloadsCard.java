package dev.unembed.model.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.html.Div;
import dev.unembed.account.Actor;
import dev.unembed.account.ui.SignedIn;
import dev.unembed.base.ui.Notices;
import dev.unembed.base.ui.Parts;
import dev.unembed.base.ui.ProgressLine;
import dev.unembed.model.DownloadDetails;
import dev.unembed.model.DownloadStatus;
import dev.unembed.model.ModelDownloads;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The downloads that aren't done: how far each is, or why it stopped, with the button that helps. Hidden while there are
 * none, and for everyone but administrators.
 */
class DownloadsCard extends Div {
    private final ModelDownloads downloads;
    private final SignedIn signedIn;
    private final Map<Long, ProgressLine> lines = new HashMap<>();
    private Set<Long> underWay = Set.of();
    private List<String> shown = List.of();

    DownloadsCard(ModelDownloads downloads, SignedIn signedIn) {
        this.downloads = downloads;
        this.signedIn = signedIn;
        addClassName("downloads");
        setVisible(false);
    }

    /** Looks again; rebuilt only when a download came, went or changed its state, so that a focused button stays. */
    void refresh() {
        Actor actor = signedIn.actor();
        if (!actor.admin()) {
            return;
        }
        List<DownloadDetails> all = downloads.list(actor);
        announceDone(all);
        List<DownloadDetails> open = all.stream()
                .filter(download -> download.status() != DownloadStatus.SUCCEEDED)
                .toList();
        List<String> states = open.stream()
                .map(download -> download.id() + " " + download.status() + " " + download.cancelRequested() + " "
                        + download.commit() + " " + download.name())
                .toList();
        if (!states.equals(shown)) {
            shown = states;
            build(open);
        }
        for (DownloadDetails download : open) {
            ProgressLine line = lines.get(download.id());
            if (line != null) {
                line.show(download.doneBytes(), download.totalBytes(), DownloadWords.progress(download));
            }
        }
    }

    private void announceDone(List<DownloadDetails> all) {
        all.stream()
                .filter(download -> download.status() == DownloadStatus.SUCCEEDED && underWay.contains(download.id()))
                .forEach(download -> Notices.done(download.name() + " has arrived and can be analysed now."));
        underWay = all.stream()
                .filter(download -> download.status().isUnderWay())
                .map(DownloadDetails::id)
                .collect(Collectors.toSet());
    }

    private void build(List<DownloadDetails> open) {
        removeAll();
        lines.clear();
        setVisible(!open.isEmpty());
        if (open.isEmpty()) {
            return;
        }
        Div card = Parts.card("Downloads");
        card.getChildren()
                .skip(1)
                .findFirst()
                .ifPresent(body -> open.forEach(download ->
                        ((Div) body).add(download.status().isUnderWay() ? running(download) : stopped(download))));
        add(card);
    }

    private Component running(DownloadDetails download) {
        ProgressLine line = new ProgressLine();
        lines.put(download.id(), line);
        Button cancel = Parts.plain("Cancel", () -> {
            downloads.cancel(signedIn.actor(), download.id());
            refresh();
        });
        cancel.setEnabled(!download.cancelRequested());
        cancel.setAriaLabel("Cancel the download of " + download.name());
        return row(download, line, cancel);
    }

    private Component stopped(DownloadDetails download) {
        boolean cancelled = download.status() == DownloadStatus.CANCELLED;
        String failure = download.failure();
        Div why = cancelled || failure == null
                ? Parts.div("kept", Parts.muted("Cancelled; " + DownloadWords.kept(download) + "."))
                : Parts.div("failed", Parts.text(failure, "break"));
        Button resume = Parts.button("Resume", () -> {
            downloads.resume(signedIn.actor(), download.id(), null, null);
            refresh();
        });
        resume.setAriaLabel("Resume the download of " + download.name());
        Button changed = Parts.plain(
                "Resume with a token …", () -> new ResumeDialog(downloads, signedIn, download, this::refresh).open());
        Button remove = Parts.plain("Remove", () -> {
            downloads.remove(signedIn.actor(), download.id());
            refresh();
        });
        remove.setAriaLabel("Remove the download of " + download.name() + " with what has arrived");
        remove.setTooltipText("Forgets it and deletes what has arrived.");
        return row(download, why, resume, changed, remove);
    }

    private static Component row(DownloadDetails download, Component middle, Component... buttons) {
        String commit = download.commit();
        Div what = Parts.div(
                "what",
                Parts.text(download.name(), "name"),
                Parts.text(download.model(), "quiet break"),
                Parts.text(DownloadWords.revision(download.revision(), commit == null ? "" : commit), "quiet"));
        what.getElement().setAttribute("title", "Asked for by " + download.requestedBy());
        return Parts.div("download", what, Parts.div("grow", middle), Parts.row(buttons));
    }
}
